using System.Globalization;
using Consilium.Platform.Jobs;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Modules.Accounts;

/// <summary>Removes what no decision needs any more: sessions that ended a month ago (with their tokens), old failures and announcements.</summary>
internal sealed class ForgetOldAccess(NpgsqlDataSource database, TimeProvider clock) : IScheduledJob
{
    public string Kind => "accounts.forget_old_access";
    public string Description => "Removes sessions that ended a month ago, and old stream tickets, login failures and announcements.";
    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.UtcNow();
        await using var batch = database.CreateBatch();
        Add("DELETE FROM accounts.sessions WHERE expires_at < $1", now - TimeSpan.FromDays(30));
        Add("DELETE FROM accounts.stream_tickets WHERE opened_at IS NULL AND expires_at < $1", now - TimeSpan.FromHours(1));
        Add("DELETE FROM accounts.login_failures WHERE last_failed_at < $1", now - TimeSpan.FromDays(1));
        Add("DELETE FROM accounts.revocations WHERE at < clock_timestamp() - $1", TimeSpan.FromHours(1));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return string.Create(CultureInfo.InvariantCulture,
            $"{Removed(0)} sessions, {Removed(1)} stream tickets, {Removed(2)} login failures, {Removed(3)} announcements removed");

        int Removed(int at) => batch.BatchCommands[at].RecordsAffected;
        void Add(string sql, object value) => batch.BatchCommands.Add(new(sql) { Parameters = { new() { Value = value } } });
    }
}
