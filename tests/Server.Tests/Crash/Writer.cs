using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;

namespace Consilium.Tests.Crash;

/// <summary>Posts one message after the other and repeats each, with the same client token, until the server acknowledges it.</summary>
/// <param name="name">Begins every client token.</param>
/// <param name="client">Whose messages they are.</param>
/// <param name="cases">Where to write; half of all goes to the first.</param>
/// <param name="asks">Whether the assistant is asked to answer each.</param>
/// <param name="ledger">Where the acknowledgements are kept.</param>
internal sealed class Writer(string name, Client client, IReadOnlyList<Guid> cases, bool asks, Ledger ledger)
{
    /// <summary>In every message, so that one search finds them all.</summary>
    public const string Word = "durability";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(150);
    static readonly TimeSpan BeforeRetry = TimeSpan.FromMilliseconds(100);

    static readonly string[] Scripts =
        ["plain words", "żółć, naïve", "診察の予約を変更したい", "أريد تغيير موعدي", "לשנות את התור", "👩🏽‍⚕️🧑‍🤝‍🧑 e\u0301", "line\nbreak\ttab \"quoted\" \\ </script>"];

    /// <summary>Writes until told to stop; the message at hand is still brought to its acknowledgement.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            var message = Compose(number);
            // An impatient client repeats before it has its answer.
            if (number % 8 == 0) await Task.WhenAll(DeliverAsync(message), DeliverAsync(message));
            else await DeliverAsync(message);
            await Task.Delay(asks ? BetweenQuestions : Breath, CancellationToken.None);
        }
    }

    Sent Compose(int number)
    {
        var token = $"{name}-{number}";
        var caseId = number % 2 == 0 ? cases[0] : cases[RandomNumberGenerator.GetInt32(cases.Count)];
        var length = number % 50 == 0 ? 18_000 : RandomNumberGenerator.GetInt32(200);
        return new(token, caseId, client.UserId, $"{Word} {token}: {Scripts[number % Scripts.Length]} {new string('x', length)}.", asks);
    }

    async Task DeliverAsync(Sent message)
    {
        for (var since = Stopwatch.StartNew(); ;)
        {
            var answer = await TryAsync(message);
            if (answer is null) return;
            if (since.Elapsed > Patience)
                throw new TimeoutException($"{message.Token} was not acknowledged within {Patience}; the last answer: {answer}");
            ledger.CountRetry();
            await Task.Delay(BeforeRetry);
        }
    }

    /// <summary>Null when it was acknowledged; otherwise why it was not.</summary>
    async Task<string?> TryAsync(Sent message)
    {
        try
        {
            using var response = await client.PostJsonAsync($"/api/v1/cases/{message.CaseId}/messages",
                new { message.Content, ClientToken = message.Token, AskAssistant = message.Asks });
            var body = await response.Content.ReadAsStringAsync();
            if ((int)response.StatusCode == 503) return body;
            if ((int)response.StatusCode != 201)
            {
                ledger.Fault($"{message.Token} was answered {(int)response.StatusCode}: {body}");
                return body;
            }
            using var document = JsonDocument.Parse(body);
            ledger.Acknowledge(message, document.RootElement);
            return null;
        }
        catch (Exception cut) when (cut is HttpRequestException or IOException or OperationCanceledException)
        {
            return cut.Message;
        }
    }
}
