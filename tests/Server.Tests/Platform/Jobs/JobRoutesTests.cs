using System.Text.Json;

namespace Consilium.Tests.Platform.Jobs;

public sealed class JobRoutesTests(Server server) : IClassFixture<Server>
{
    [Fact]
    public async Task An_admin_sees_the_dead_letters_page_by_page_and_nothing_of_their_payload()
    {
        using var admin = await server.SignedInAsync("admin");
        var first = await DeadJobAsync("test.listed", "2020-01-01T00:00:00Z");
        var second = await DeadJobAsync("test.listed", "2020-01-02T00:00:00Z");

        var page = await admin.GetJsonAsync("/api/v1/jobs?status=dead&limit=1");
        var next = await admin.GetJsonAsync($"/api/v1/jobs?status=dead&limit=1&cursor={page.Text("next_cursor")}");

        page.Items().Single().Id().ShouldBe(first);
        next.Items().Single().Id().ShouldBe(second);
        page.ToString().ShouldNotContain("secret");
        var job = page.Items()[0];
        (job.Text("kind"), job.Text("status"), job.Text("last_error"), job.Number("attempts")).ShouldBe(("test.listed", "dead", "TimeoutException", 8));
    }

    [Fact]
    public async Task The_last_page_has_no_cursor()
    {
        using var admin = await server.SignedInAsync("admin");

        (await admin.GetJsonAsync("/api/v1/jobs?status=queued&limit=200")).GetProperty("next_cursor").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task A_dead_job_that_is_retried_gets_all_its_attempts_again_at_once()
    {
        using var admin = await server.SignedInAsync("admin");
        var id = await DeadJobAsync("test.nobody_does_this", "2021-01-01T00:00:00Z");

        var job = await (await admin.PostJsonAsync($"/api/v1/jobs/{id}/retry", null)).ShouldAnswerAsync(200);

        (job.Id(), job.Text("status"), job.Number("attempts")).ShouldBe((id, "queued", 0));
        await (await admin.PostJsonAsync($"/api/v1/jobs/{id}/retry", null)).ShouldBeProblemAsync(409, "job_not_dead");
    }

    [Fact]
    public async Task An_unknown_job_is_404()
    {
        using var admin = await server.SignedInAsync("admin");

        await (await admin.PostJsonAsync($"/api/v1/jobs/{Guid.CreateVersion7()}/retry", null)).ShouldBeProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("status=done", "status")]
    [InlineData("status=Dead", "status")]
    [InlineData("cursor=nonsense", "cursor")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    public async Task Wrong_parameters_are_named(string query, string field)
    {
        using var admin = await server.SignedInAsync("admin");

        await (await admin.GetAsync($"/api/v1/jobs?{query}")).ShouldRefuseFieldsAsync(field);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("staff")]
    public async Task Whoever_is_no_admin_gets_403(string role)
    {
        using var client = await server.SignedInAsync(role);
        var id = await DeadJobAsync("test.kept", "2022-01-01T00:00:00Z");

        await (await client.GetAsync("/api/v1/jobs")).ShouldBeProblemAsync(403, "forbidden");
        await (await client.PostJsonAsync($"/api/v1/jobs/{id}/retry", null)).ShouldBeProblemAsync(403, "forbidden");

        (await server.Database.ScalarAsync<string>("SELECT status FROM platform.jobs WHERE id = $1", id)).ShouldBe("dead");
    }

    [Fact]
    public async Task Nobody_without_a_token_gets_in()
    {
        using var anonymous = server.Anonymous();

        await (await anonymous.GetAsync("/api/v1/jobs")).ShouldBeProblemAsync(401, "unauthenticated");
    }

    async Task<Guid> DeadJobAsync(string kind, string createdAt)
    {
        var id = Guid.CreateVersion7();
        await server.Database.ExecuteAsync("""
            INSERT INTO platform.jobs (id, kind, payload, status, run_at, attempts, last_error, created_at)
            VALUES ($1, $2, '{"secret": true}', 'dead', now() + interval '1 day', 8, 'TimeoutException', $3::text::timestamptz)
            """, id, kind, createdAt);
        return id;
    }
}
