using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Seeding;

namespace Consilium.Modules.Accounts;

/// <summary>Invented accounts, marked as those of the demo: no other environment than Development starts with them.</summary>
internal sealed class SeedAccounts(PasswordHashing hashing) : ISeeder
{
    public int Order => 1;

    public async Task RunAsync(SeedPlan plan, SeedWriter writer, CancellationToken cancellationToken)
    {
        (Role Role, int Count)[] people = [(Role.Patient, plan.Patients), (Role.Doctor, plan.Doctors), (Role.Hospital, plan.Hospitals), (Role.Staff, plan.Staff)];
        var hash = await hashing.HashAsync(SeedCommand.Password, cancellationToken);
        foreach (var (role, _) in people)
            plan.Before[role.Wire()] = await writer.AskAsync<long>($"""
                SELECT coalesce(max(substring(email FROM '^{role.Wire()}-(\d+)@example\.com$')::bigint), 0) FROM accounts.users
                WHERE role = '{role.Wire()}' AND email ~ '^{role.Wire()}-\d{"{5,9}"}@example\.com$'
                """, cancellationToken);
        foreach (var (role, count) in people)
            await writer.CopyAsync($"accounts of {role.Wire()}s",
                "accounts.users (id, email, email_key, password_hash, role, name, is_demo, created_at, updated_at)", count,
                Enumerable.Range(0, count).Select(i => Row(plan, role.Wire(), i, count, hash)), cancellationToken);
    }

    static object?[] Row(SeedPlan plan, string role, int i, int count, string hash)
    {
        var at = plan.At(i, count);
        var email = $"{plan.Key(role, i)}@example.com";
        return [plan.Id(role, i), email, EmailAddress.KeyOf(email), hash, role, plan.Name(role, i), true, at, at];
    }
}
