using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Accounts;

/// <summary>
/// Counts failed logins in a row per account (known or not) and per address, in the database, so that restarts and other servers do not
/// forget them, and makes the next ones wait.
/// </summary>
internal sealed class LoginThrottle(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>After so long without a failure the count begins anew.</summary>
    static readonly TimeSpan ForgetAccount = TimeSpan.FromHours(24);
    static readonly TimeSpan ForgetAddress = TimeSpan.FromMinutes(15);

    /// <exception cref="BusyException">Too many failures: 429 with the time to wait.</exception>
    public async Task CheckAsync(string email, IPAddress? address, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT max(blocked_until) FROM accounts.login_failures WHERE subject IN ($1, $2)");
        command.Parameters.Add(new() { Value = AccountKey(email) });
        command.Parameters.Add(new() { Value = AddressKey(address) });
        if (await command.ExecuteScalarAsync(cancellationToken) is not DateTime until) return;
        var wait = new DateTimeOffset(until) - clock.GetUtcNow();
        if (wait > TimeSpan.Zero)
            throw new BusyException(429, wait, "too_many_failed_logins", "Too many failed logins: wait as long as Retry-After says.");
    }

    public async Task FailedAsync(string email, IPAddress? address, CancellationToken cancellationToken)
    {
        var now = clock.UtcNow();
        await CountAsync(AccountKey(email), now, ForgetAccount, LoginDelays.ForAccount, cancellationToken);
        await CountAsync(AddressKey(address), now, ForgetAddress, LoginDelays.ForAddress, cancellationToken);
    }

    public async Task SucceededAsync(string email, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM accounts.login_failures WHERE subject = $1");
        command.Parameters.Add(new() { Value = AccountKey(email) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    async Task CountAsync(byte[] subject, DateTimeOffset now, TimeSpan forget, Func<int, TimeSpan> delay, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            INSERT INTO accounts.login_failures AS f (subject, failures, last_failed_at, blocked_until) VALUES ($1, 1, $2, $2)
            ON CONFLICT (subject) DO UPDATE SET
                failures = CASE WHEN f.last_failed_at < $3 THEN 1 ELSE f.failures + 1 END, last_failed_at = $2,
                blocked_until = $2 + ($4::interval[])[least(CASE WHEN f.last_failed_at < $3 THEN 1 ELSE f.failures + 1 END, cardinality($4))]
            """);
        command.Parameters.Add(new() { Value = subject });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now - forget });
        var delays = Enumerable.Range(1, 64).Select(delay).ToArray();
        command.Parameters.Add(new() { Value = delays, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Interval });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static byte[] AccountKey(string email) => Hash($"account {EmailAddress.Key(email)}");

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
}
