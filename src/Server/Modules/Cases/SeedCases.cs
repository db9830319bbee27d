using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Seeding;

namespace Consilium.Modules.Cases;

/// <summary>Invented cases of the invented patients, with all the messages.</summary>
internal sealed class SeedCases : ISeeder
{
    public int Order => 5;

    public async Task RunAsync(SeedPlan plan, SeedWriter writer, CancellationToken cancellationToken)
    {
        var threads = new ThreadSeed(plan, CaseAccess.Policy.Kind, Owner: i => (int)(i % plan.Patients), Staff: i => (int)(i % plan.Staff));
        await writer.CopyAsync("cases", "cases.cases (id, title, issue_description, assignee_id, created_at)", plan.Threads, Cases(plan, threads), cancellationToken);
        await threads.WriteAsync(writer, cancellationToken);
    }

    static IEnumerable<object?[]> Cases(SeedPlan plan, ThreadSeed threads)
    {
        for (var i = 0L; i < plan.Threads; i++)
        {
            var dice = plan.DiceFor("case words", i);
            yield return [threads.Id(i), SeedWords.Text(ref dice, 4), SeedWords.Text(ref dice, 25), plan.Id("staff", threads.Staff(i)), threads.OpenedAt(i)];
        }
    }
}
