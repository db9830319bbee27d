using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Consilium.Tests.Modules.Settings;

/// <summary>
/// Programs that write and read secrets without a pause while keys rotate, on one server or on several with one database. Each answer is held
/// against what was acknowledged: the first one that is wrong ends the run.
/// </summary>
internal sealed class SecretLoad(params Uri[] servers) : IDisposable
{
    const int Writers = 2;
    const int Readers = 3;
    const string Keys = "/api/v1/security/keys";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly Stopwatch clock = new();
    readonly List<Client> admins = [];
    readonly ConcurrentDictionary<int, List<KeptSecret>> secretsOf = new();
    readonly ConcurrentQueue<(string EncryptedValue, string Value)> handedOut = new();
    long reads, writes, logins;
    int rotations;

    /// <summary>Signs in, and gives each writer some secrets to begin with.</summary>
    public async Task PrepareAsync(int secretsOfEach)
    {
        using var anonymous = new Client(servers[0]);
        var login = await (await LogInAsync(anonymous)).ShouldAnswerAsync(200);
        foreach (var address in servers) admins.Add(Client.From(address, "admin@example.com", login));
        for (var writer = 0; writer < Writers; writer++)
        {
            secretsOf[writer] = [];
            for (var i = 0; i < secretsOfEach; i++) await CreateAsync(writer);
        }
        await HandOutAsync();
    }

    /// <summary>Rotates so many times under everybody's work, now and then before the last rotation is through, and waits until the old keys have retired.</summary>
    public async Task RotateAsync(int times)
    {
        clock.Start();
        using var stop = new CancellationTokenSource();
        Task[] busy =
        [
            .. Enumerable.Range(0, Writers).Select(writer => RepeatAsync(turn => WriteAsync(writer, turn), stop.Token)),
            .. Enumerable.Range(0, Readers).Select(_ => RepeatAsync(ReadAsync, stop.Token)),
            RepeatAsync(_ => HandOutAsync(), stop.Token), RepeatAsync(_ => LogInAndAskAsync(), stop.Token),
        ];
        var rotating = RotateAllAsync(times);
        try
        {
            await await Task.WhenAny([rotating, .. busy]);
            await rotating;
        }
        finally
        {
            await stop.CancelAsync();
        }
        await Task.WhenAll(busy);
        await RetiredAsync();
        clock.Stop();
    }

    /// <summary>Every newest version reads back, and one earlier version of each secret can be brought back.</summary>
    public async Task ShouldHaveLostNothingAsync()
    {
        foreach (var secret in secretsOf.Values.SelectMany(of => of))
        {
            (await RevealAsync(secret)).ShouldBe(secret.At(secret.Acknowledged), secret.Key);
            await RollBackAsync(secret, RandomNumberGenerator.GetInt32(secret.Acknowledged) + 1);
            (await RevealAsync(secret)).ShouldBe(secret.At(secret.Acknowledged), secret.Key);
        }
        foreach (var (encrypted, value) in handedOut) (await DecryptAsync(encrypted)).ShouldBe(value);
        await RetiredAsync();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{rotations} rotations, {reads} reads, {writes} writes, {logins} logins in {clock.Elapsed.TotalSeconds:0.0} s: all as acknowledged, every old key retired.");

    public void Dispose() => admins.ForEach(admin => admin.Dispose());

    async Task RotateAllAsync(int times)
    {
        while (rotations < times)
        {
            await PassAsync();
            using var answer = await admins[rotations % admins.Count].PostJsonAsync($"{Keys}/rotate", new { Reason = "the plan" });
            if ((int)answer.StatusCode == 503) continue; // it has waited long for somebody who writes, and changed nothing
            (await answer.ShouldAnswerAsync(201)).Text("status").ShouldBe("active");
            rotations++;
            if (rotations % 3 != 0) await RetiredAsync();
        }
        await PassAsync();
    }

    /// <summary>Returns once everybody has done something since the call.</summary>
    async Task PassAsync()
    {
        var (readsTo, writesTo, loginsTo) = (Interlocked.Read(ref reads) + 10 * Readers, Interlocked.Read(ref writes) + 5 * Writers, Interlocked.Read(ref logins) + 1);
        await UntilAsync(() => Task.FromResult(Interlocked.Read(ref reads) >= readsTo && Interlocked.Read(ref writes) >= writesTo && Interlocked.Read(ref logins) >= loginsTo),
            "nobody reads or writes any more");
    }

    Task RetiredAsync() => UntilAsync(async () =>
    {
        var keys = (await Any().GetJsonAsync($"{Keys}?limit=200")).Items();
        keys[0].Text("status").ShouldBe("active");
        keys.Count.ShouldBe(rotations + 1);
        return keys.Skip(1).All(key => key.Text("status") == "retired" && key.Number("in_use") == 0);
    }, "an old key does not retire");

    static async Task UntilAsync(Func<Task<bool>> isSo, string otherwise)
    {
        var since = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (since.Elapsed > Patience) throw new TimeoutException($"After {Patience}, {otherwise}.");
            await Task.Delay(20);
        }
    }

    static Task RepeatAsync(Func<int, Task> work, CancellationToken stop) => Task.Run(async () =>
    {
        for (var turn = 1; !stop.IsCancellationRequested; turn++) await work(turn);
    }, CancellationToken.None);

    async Task WriteAsync(int writer, int turn)
    {
        if (turn % 9 == 0)
        {
            await CreateAsync(writer);
            return;
        }
        var secret = Pick(secretsOf[writer]);
        if (turn % 4 == 0)
        {
            await RollBackAsync(secret, RandomNumberGenerator.GetInt32(secret.Acknowledged) + 1);
            return;
        }
        var written = await (await Any().PutJsonAsync(secret.Path, new { Value = secret.Send(KeptSecret.NewValue()) })).ShouldAnswerAsync(200);
        Acknowledge(secret, written);
    }

    async Task CreateAsync(int writer)
    {
        var secret = new KeptSecret($"load.w{writer}.{Guid.CreateVersion7():N}");
        var body = new { secret.Key, Value = secret.Send(KeptSecret.NewValue()), IsEncrypted = true };
        var written = await (await Any().PostJsonAsync("/api/v1/config", body)).ShouldAnswerAsync(201);
        Acknowledge(secret, written);
        var of = secretsOf[writer];
        lock (of) of.Add(secret);
    }

    async Task RollBackAsync(KeptSecret secret, int version)
    {
        secret.Send(secret.At(version));
        Acknowledge(secret, await (await Any().PostJsonAsync($"{secret.Path}/rollback", new { Version = version })).ShouldAnswerAsync(200));
    }

    void Acknowledge(KeptSecret secret, System.Text.Json.JsonElement written)
    {
        written.Text("value").ShouldBe("********");
        secret.Acknowledge(written.Number("version"));
        Interlocked.Increment(ref writes);
    }

    async Task ReadAsync(int turn)
    {
        var secret = Pick(secretsOf[RandomNumberGenerator.GetInt32(Writers)]);
        var since = secret.Acknowledged;
        if (turn % 4 == 0)
        {
            var shown = await Any().GetJsonAsync(secret.Path);
            shown.Text("value").ShouldBe("********");
            shown.Number("version").ShouldBeGreaterThanOrEqualTo(since);
        }
        else
        {
            var value = await RevealAsync(secret);
            secret.MayBe(value, since).ShouldBeTrue($"{secret.Key} was read as {value}, and version {since} was acknowledged");
        }
        Interlocked.Increment(ref reads);
    }

    /// <summary>Has a value sealed to be kept elsewhere, and one of before opened.</summary>
    async Task HandOutAsync()
    {
        var value = KeptSecret.NewValue();
        var made = await (await Any().PostJsonAsync("/api/v1/security/encrypt", new { Value = value })).ShouldAnswerAsync(200);
        handedOut.Enqueue((made.Text("encrypted_value")!, value));
        if (handedOut.Count > 20 && handedOut.TryDequeue(out _) && handedOut.TryPeek(out var old)) (await DecryptAsync(old.EncryptedValue)).ShouldBe(old.Value);
        Interlocked.Increment(ref reads);
    }

    /// <summary>The key that signs access tokens lies in the vault too.</summary>
    async Task LogInAndAskAsync()
    {
        using var anonymous = new Client(Any().BaseAddress!);
        var login = await (await LogInAsync(anonymous)).ShouldAnswerAsync(200);
        using var other = Client.From(Any().BaseAddress!, "admin@example.com", login);
        (await other.GetJsonAsync("/api/v1/users/me")).Id().ShouldBe(other.UserId);
        Interlocked.Increment(ref logins);
    }

    static Task<HttpResponseMessage> LogInAsync(HttpClient anonymous) => anonymous.PostJsonAsync("/auth/login", new { username = "admin@example.com", password = "admin123" });

    async Task<string?> RevealAsync(KeptSecret secret) =>
        (await (await Any().PostJsonAsync($"{secret.Path}/reveal", new { Reason = "to use it" })).ShouldAnswerAsync(200)).Text("value");

    async Task<string?> DecryptAsync(string encrypted) =>
        (await (await Any().PostJsonAsync("/api/v1/security/decrypt", new { EncryptedValue = encrypted })).ShouldAnswerAsync(200)).Text("value");

    Client Any() => admins[RandomNumberGenerator.GetInt32(admins.Count)];

    static KeptSecret Pick(List<KeptSecret> from)
    {
        lock (from) return from[RandomNumberGenerator.GetInt32(from.Count)];
    }
}
