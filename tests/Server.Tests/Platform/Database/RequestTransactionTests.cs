using Consilium.Platform.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consilium.Tests.Platform.Database;

public sealed class RequestTransactionTests : DatabaseTest
{
    readonly List<string> heard = [];

    [Fact]
    public async Task What_waits_for_the_commit_runs_after_it_and_in_order()
    {
        await using var db = Context();
        var transaction = Transaction(db);

        await transaction.RunAsync(async () =>
        {
            await InsertAsync(transaction, "a");
            transaction.AfterCommit(() => heard.Add($"first, rows seen by others: {OthersSee()}"));
            transaction.AfterCommit(() => heard.Add("second"));
            heard.ShouldBeEmpty();
        });

        heard.ShouldBe(["first, rows seen by others: 1", "second"]);
    }

    [Fact]
    public async Task A_rollback_forgets_what_waited_for_the_commit_also_for_the_next_transaction()
    {
        await using var db = Context();
        var transaction = Transaction(db);

        await Should.ThrowAsync<InvalidTimeZoneException>(transaction.RunAsync(async () =>
        {
            await InsertAsync(transaction, "a");
            transaction.AfterCommit(() => heard.Add("of the rollback"));
            throw new InvalidTimeZoneException();
        }));
        heard.ShouldBeEmpty();
        OthersSee().ShouldBe(0);

        await transaction.RunAsync(async () =>
        {
            await InsertAsync(transaction, "b");
            transaction.AfterCommit(() => heard.Add("of the commit"));
        });
        heard.ShouldBe(["of the commit"]);
    }

    [Fact]
    public async Task Work_inside_work_joins_the_transaction_and_commits_with_it()
    {
        await using var db = Context();
        var transaction = Transaction(db);

        await transaction.RunAsync(async () =>
        {
            await transaction.RunAsync(() => InsertAsync(transaction, "inner"));
            OthersSee().ShouldBe(0);
            await InsertAsync(transaction, "outer");
        });

        OthersSee().ShouldBe(2);
    }

    [Fact]
    public async Task Without_a_transaction_nothing_waits()
    {
        await using var db = Context();
        var transaction = Transaction(db);

        transaction.AfterCommit(() => heard.Add("at once"));

        heard.ShouldBe(["at once"]);
    }

    [Fact]
    public async Task A_failure_after_the_commit_is_not_a_failure_of_the_change()
    {
        await using var db = Context();
        var transaction = Transaction(db);

        await transaction.RunAsync(async () =>
        {
            await InsertAsync(transaction, "a");
            transaction.AfterCommit(() => throw new InvalidTimeZoneException());
            transaction.AfterCommit(() => heard.Add("the next one"));
        });

        heard.ShouldBe(["the next one"]);
        OthersSee().ShouldBe(1);
    }

    [Fact]
    public async Task Commands_outside_a_transaction_keep_no_connection()
    {
        await using var single = Npgsql.NpgsqlDataSource.Create(new Npgsql.NpgsqlConnectionStringBuilder(Database.ConnectionString) { MaxPoolSize = 1, Timeout = 2 });
        await using var db = Context();
        var transaction = new RequestTransaction(db, single, NullLogger<RequestTransaction>.Instance);
        await InsertAsync(transaction, "a");

        await using var other = await single.OpenConnectionAsync();
    }

    static async Task InsertAsync(RequestTransaction transaction, string kind)
    {
        await using var batch = await transaction.BatchAsync(default);
        batch.BatchCommands.Add(new("INSERT INTO platform.jobs (id, kind, payload, run_at) VALUES (gen_random_uuid(), $1, '{}', now())")
        {
            Parameters = { new() { Value = kind } },
        });
        await batch.ExecuteNonQueryAsync();
    }

    long OthersSee() => Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs").GetAwaiter().GetResult();

    ConsiliumDb Context() => new(new DbContextOptionsBuilder<ConsiliumDb>().UseNpgsql(Database.Source).Options);

    RequestTransaction Transaction(ConsiliumDb db) => new(db, Database.Source, NullLogger<RequestTransaction>.Instance);
}
