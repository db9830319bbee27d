using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Consilium.Platform.Limits;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Accounts;

/// <summary>
/// Counts failed logins in a row per account (known or not) and per address, in the database, so that restarts and other servers do not
/// forget them, and makes the next ones wait.
/// </summary>
internal sealed class LoginThrottle(NpgsqlDataSource database, TimeProvider clock)
{
    static readonly Limit PerAccount = new("sign-in", LoginDelays.FreePerAccount, TimeSpan.FromHours(24), LoginDelays.ForAccount);
    static readonly Limit PerAddress = new("sign-in-address", LoginDelays.FreePerAddress, TimeSpan.FromMinutes(15), LoginDelays.ForAddress);

    /// <summary>Lets an attempt go on, and tells on its answer how many failures are left.</summary>
    /// <exception cref="BusyException">Too many failures: 429 with the time to wait.</exception>
    public async Task CheckAsync(string email, HttpContext http)
    {
        var (account, address) = (AccountKey(email), AddressKey(http.Connection.RemoteIpAddress));
        var now = clock.UtcNow();
        var (ofAccount, ofAddress) = (new Failures(0, now, now), new Failures(0, now, now));
        await using var command = database.CreateCommand(
            "SELECT subject = $1, failures, last_failed_at, blocked_until FROM accounts.login_failures WHERE subject IN ($1, $2)");
        command.Parameters.With(account).With(address);
        await using (var rows = await command.ExecuteReaderAsync(http.RequestAborted))
            while (await rows.ReadAsync(http.RequestAborted))
            {
                var found = Failures.Read(rows, 1);
                if (rows.GetBoolean(0)) ofAccount = found;
                else ofAddress = found;
            }
        PerAccount.Say(http, ofAccount, now);
        PerAddress.Say(http, ofAddress, now);
        var wait = (ofAccount.BlockedUntil > ofAddress.BlockedUntil ? ofAccount : ofAddress).BlockedUntil - now;
        if (wait > TimeSpan.Zero)
            throw new BusyException(429, wait, "too_many_failed_logins", "Too many failed logins: wait as long as Retry-After says.");
    }

    /// <summary>Counts a failure. The count is kept although the client may have gone: else hanging up early would make guesses free.</summary>
    public async Task FailedAsync(string email, HttpContext http)
    {
        var now = clock.UtcNow();
        PerAccount.Say(http, await CountAsync(AccountKey(email), now, PerAccount), now);
        PerAddress.Say(http, await CountAsync(AddressKey(http.Connection.RemoteIpAddress), now, PerAddress), now);
    }

    public async Task SucceededAsync(string email, HttpContext http)
    {
        await using var command = database.CreateCommand("DELETE FROM accounts.login_failures WHERE subject = $1");
        command.Parameters.With(AccountKey(email));
        await command.ExecuteNonQueryAsync(CancellationToken.None);
        var now = clock.UtcNow();
        PerAccount.Say(http, new(0, now, now), now);
    }

    async Task<Failures> CountAsync(byte[] subject, DateTimeOffset now, Limit limit)
    {
        await using var command = database.CreateCommand("""
            INSERT INTO accounts.login_failures AS f (subject, failures, last_failed_at, blocked_until) VALUES ($1, 1, $2, $2)
            ON CONFLICT (subject) DO UPDATE SET
                failures = CASE WHEN f.last_failed_at < $3 THEN 1 ELSE f.failures + 1 END, last_failed_at = $2,
                blocked_until = $2 + ($4::interval[])[least(CASE WHEN f.last_failed_at < $3 THEN 1 ELSE f.failures + 1 END, cardinality($4))]
            RETURNING failures, last_failed_at, blocked_until
            """);
        command.Parameters.With(subject).With(now).With(now - limit.Forget)
            .With(NpgsqlDbType.Array | NpgsqlDbType.Interval, Enumerable.Range(1, 64).Select(limit.Delay).ToArray());
        await using var row = await command.ExecuteReaderAsync(CancellationToken.None);
        await row.ReadAsync(CancellationToken.None);
        return Failures.Read(row, 0);
    }

    static byte[] AccountKey(string email) => Hash($"account {EmailAddress.KeyOf(email.Trim()) ?? email.Trim()}");

    /// <summary>Of an IPv6 address the network: whoever has one address has all 2^64 of it.</summary>
    static byte[] AddressKey(IPAddress? address)
    {
        if (address is null) return Hash("address unknown");
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Hash($"network {Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))}")
            : Hash($"address {address}");
    }

    static byte[] Hash(string subject) => SHA256.HashData(Encoding.UTF8.GetBytes(subject));

    /// <summary>Failures in a row, as they are kept.</summary>
    readonly record struct Failures(int Count, DateTimeOffset LastAt, DateTimeOffset BlockedUntil)
    {
        public static Failures Read(NpgsqlDataReader row, int first) =>
            new(row.GetInt32(first), row.GetFieldValue<DateTimeOffset>(first + 1), row.GetFieldValue<DateTimeOffset>(first + 2));
    }

    /// <param name="Free">How many failures need no waiting.</param>
    /// <param name="Forget">After so long without a failure the count begins anew.</param>
    /// <param name="Delay">How long to wait after so many failures.</param>
    sealed record Limit(string Name, int Free, TimeSpan Forget, Func<int, TimeSpan> Delay)
    {
        readonly RateLimitPolicy policy = new(Name, Free, (int)Forget.TotalSeconds);

        public void Say(HttpContext http, Failures failures, DateTimeOffset now)
        {
            var forgottenAt = failures.LastAt + Forget;
            if (failures.Count == 0 || forgottenAt <= now) RateLimitHeaders.Say(http, policy, Free, next: null);
            else if (failures.BlockedUntil > now) RateLimitHeaders.Say(http, policy, left: 0, failures.BlockedUntil - now);
            else RateLimitHeaders.Say(http, policy, Math.Max(1, Free - failures.Count), forgottenAt - now);
        }
    }
}
