using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Assistant;
using Consilium.Platform.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>What may be spent on models, asked before each call.</summary>
public sealed class BudgetTests : DatabaseTest
{
    static readonly DateTimeOffset Noon = new(2031, 4, 5, 12, 0, 0, TimeSpan.Zero);

    /// <summary>For chains without a database: nothing is limited, so nothing is looked up.</summary>
    internal static Budget Unlimited { get; } = new(null!, new() { OwnerTokensPerDay = 0, TokensPerDay = 0, QueuedPerOwner = 0 }, TimeProvider.System, NullLogger<Budget>.Instance);

    readonly ManualClock clock = new(Noon);
    readonly Guid owner = Guid.CreateVersion7();

    [Fact]
    public async Task An_owner_may_spend_the_days_tokens_and_not_one_more()
    {
        await CallAsync(owner, input: 600, output: 300);
        (await AllowsAsync(100, ownerTokens: 1_000)).ShouldBeTrue();
        (await AllowsAsync(101, ownerTokens: 1_000)).ShouldBeFalse();
        (await AllowsAsync(101, ownerTokens: 0)).ShouldBeTrue();
    }

    [Fact]
    public async Task What_others_spent_counts_for_the_installation_alone()
    {
        await CallAsync(Guid.CreateVersion7(), input: 600, output: 300);
        (await AllowsAsync(1_000, ownerTokens: 1_000)).ShouldBeTrue();
        (await AllowsAsync(100, dayTokens: 1_000)).ShouldBeTrue();
        (await AllowsAsync(101, dayTokens: 1_000)).ShouldBeFalse();
    }

    [Fact]
    public async Task Programs_without_an_account_of_their_own_have_the_installations_limit_alone()
    {
        await CallAsync(AssistantAccount.Id, input: 1_000);
        var budget = new Budget(Database.Source, new() { OwnerTokensPerDay = 1_000, TokensPerDay = 2_000 }, clock, NullLogger<Budget>.Instance);

        (await budget.AllowsAsync(AssistantAccount.Id, 1_000, default)).ShouldBeTrue();
        (await budget.AllowsAsync(AssistantAccount.Id, 1_001, default)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_day_ends_at_midnight_UTC()
    {
        await CallAsync(owner, input: 1_000, at: Noon.Date.AddTicks(-10));
        (await AllowsAsync(1_000, ownerTokens: 1_000, dayTokens: 1_000)).ShouldBeTrue();
        await CallAsync(owner, input: 1_000, at: Noon.Date);
        (await AllowsAsync(1, ownerTokens: 1_000)).ShouldBeFalse();
        (await AllowsAsync(1, dayTokens: 1_000)).ShouldBeFalse();
        clock.Advance(TimeSpan.FromHours(12));
        (await AllowsAsync(1_000, ownerTokens: 1_000, dayTokens: 1_000)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("running", false, 2_000)]
    [InlineData("lost", false, 2_000)]
    [InlineData("stopped", false, 2_000)]
    [InlineData("completed", true, 2_000)]
    [InlineData("failed", true, 2_000)]
    [InlineData("failed", false, 0)]
    public async Task A_call_without_a_count_is_estimated(string outcome, bool hasText, int counted)
    {
        await CallAsync(owner, outcome: outcome, hasText: hasText);
        (await AllowsAsync(5_000 - counted, ownerTokens: 5_000)).ShouldBeTrue();
        (await AllowsAsync(5_001 - counted, ownerTokens: 5_000)).ShouldBeFalse();
    }

    [Fact]
    public async Task One_count_alone_is_taken_as_it_is()
    {
        await CallAsync(owner, output: 10);
        (await AllowsAsync(90, ownerTokens: 100)).ShouldBeTrue();
        (await AllowsAsync(91, ownerTokens: 100)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_built_in_rules_cost_nothing()
    {
        await CallAsync(owner, provider: BuiltInRules.Source.Provider, hasText: true);
        (await AllowsAsync(100, ownerTokens: 100, dayTokens: 100)).ShouldBeTrue();
    }

    [Fact]
    public async Task Too_many_waiting_runs_of_one_owner_are_not_for_models()
    {
        await RunAsync(owner, "running");
        await RunAsync(owner, "queued");
        await RunAsync(owner, "failed");
        await RunAsync(Guid.CreateVersion7(), "queued");
        (await AllowsAsync(1, queued: 2)).ShouldBeTrue();
        (await AllowsAsync(1, queued: 1)).ShouldBeFalse();
        (await AllowsAsync(1, queued: 0)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("OwnerTokensPerDay")]
    [InlineData("TokensPerDay")]
    [InlineData("QueuedPerOwner")]
    public void A_negative_limit_stops_the_start(string key) => Should.Throw<StartException>(() => BudgetSettings.From(
        new ConfigurationBuilder().AddInMemoryCollection([new($"Assistant:Budget:{key}", "-1")]).Build())).Message.ShouldContain("Assistant:Budget");

    [Fact]
    public void Without_settings_there_are_limits() =>
        BudgetSettings.From(new ConfigurationBuilder().Build()).ShouldBe(new() { OwnerTokensPerDay = 500_000, TokensPerDay = 20_000_000, QueuedPerOwner = 50 });

    Task<bool> AllowsAsync(int tokens, long ownerTokens = 0, long dayTokens = 0, int queued = 0) =>
        new Budget(Database.Source, new() { OwnerTokensPerDay = ownerTokens, TokensPerDay = dayTokens, QueuedPerOwner = queued }, clock, NullLogger<Budget>.Instance)
            .AllowsAsync(owner, tokens, default);

    Task CallAsync(
        Guid of, int? input = null, int? output = null, DateTime? at = null, string outcome = "completed", bool hasText = false, string provider = "test") =>
        Database.ExecuteAsync("""
            INSERT INTO assistant.calls (run_id, number, fence, owner_id, provider, model, prompt_version, start_offset, outcome, input_tokens, output_tokens,
                started_at, first_text_at, finished_at)
            VALUES ($1, 1, 1, $2, $3, 'model', 'case/1', 0, $4, $5, $6, $7, CASE WHEN $8 THEN $7 END, CASE WHEN $4 <> 'running' THEN $7 END)
            """, Guid.CreateVersion7(), of, provider, outcome, (object?)input ?? DBNull.Value, (object?)output ?? DBNull.Value,
            DateTime.SpecifyKind(at ?? Noon.UtcDateTime, DateTimeKind.Utc), hasText);

    async Task RunAsync(Guid of, string status)
    {
        var thread = Guid.CreateVersion7();
        await Database.ExecuteAsync("""
            INSERT INTO threads.threads (id, kind, owner_id, created_at, updated_at) VALUES ($1, 'case', $2, now(), now())
            """, thread, of);
        await Database.ExecuteAsync("""
            INSERT INTO assistant.runs (id, thread_id, thread_kind, question_id, question_seq, status, created_at, finished_at)
            VALUES ($1, $2, 'case', $3, 1, $4, now(), CASE WHEN $4 = 'failed' THEN now() END)
            """, Guid.CreateVersion7(), thread, Guid.CreateVersion7(), status);
    }
}
