using System.Text.Json;
using System.Text.Json.Serialization;

namespace Consilium.Modules.Assistant;

/// <summary>What a message of the assistant keeps of its making, as JSON.</summary>
/// <param name="Provider">Of its last words.</param>
/// <param name="Citations">What the answer rests on.</param>
/// <param name="Seams">Where one call went on with what another had begun.</param>
/// <param name="Cut">It ended at the provider's limit.</param>
/// <param name="Stopped">Somebody stopped it.</param>
internal sealed record AnswerOrigin(
    string Provider, string Model, string PromptVersion, IReadOnlyList<string> Citations, IReadOnlyList<Seam>? Seams, bool? Cut, bool? Stopped)
{
    static readonly JsonSerializerOptions Stored = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <param name="calls">All calls of the run, in order.</param>
    /// <param name="length">Of the answer, in UTF-16 units.</param>
    /// <param name="isStopped">Whether somebody stopped it.</param>
    public static AnswerOrigin Of(IReadOnlyList<PastCall> calls, int length, bool isStopped)
    {
        var spoke = calls.Where((call, at) => (at + 1 < calls.Count ? calls[at + 1].StartOffset : length) > call.StartOffset).ToList();
        var last = spoke.Count > 0 ? spoke[^1] : calls[^1];
        var seams = spoke.Skip(1).Select((call, at) => new Seam(call.Provider, call.Model, call.StartOffset, spoke[at].Reason)).ToList();
        return new(last.Provider, last.Model, last.PromptVersion, [], seams.Count > 0 ? seams : null,
            last is { Outcome: CallOutcomes.Completed, Reason: "length" } ? true : null, isStopped ? true : null);
    }

    public string ToJson() => JsonSerializer.Serialize(this, Stored);
}

/// <summary>A place where an answer goes on from another call.</summary>
/// <param name="Provider">Who goes on.</param>
/// <param name="Offset">UTF-16 units before it.</param>
/// <param name="Reason">Why the call before had broken off.</param>
internal sealed record Seam(string Provider, string Model, int Offset, string? Reason);

/// <summary>A call as its row tells it.</summary>
internal sealed record PastCall(string Provider, string Model, string PromptVersion, int StartOffset, string Outcome, string? Reason);
