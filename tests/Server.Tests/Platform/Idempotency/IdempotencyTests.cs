using System.Net;
using System.Security.Cryptography;
using System.Text;
using Consilium.Platform.Secrets;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Platform.Idempotency;

public sealed class IdempotencyTests(Server server) : IClassFixture<Server>
{
    const string Header = "Idempotency-Key";
    const string Cases = "/api/v1/cases";

    [Fact]
    public async Task The_same_request_is_answered_again_byte_for_byte_and_done_once()
    {
        using var user = await server.SignedInAsync("user");
        var first = await user.PostJsonAsync(Cases, new { IssueDescription = "Naïve 😀" }, (Header, "k1"));
        var again = await user.PostJsonAsync(Cases, new { IssueDescription = "Naïve 😀" }, (Header, "k1"));

        again.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await again.Content.ReadAsByteArrayAsync()).ShouldBe(await first.Content.ReadAsByteArrayAsync());
        again.Headers.Location.ShouldBe(first.Headers.Location);
        again.Content.Headers.ContentType.ShouldBe(first.Content.Headers.ContentType);
        (await user.GetJsonAsync(Cases)).Items().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_422()
    {
        using var user = await server.SignedInAsync("user");
        await (await user.PostJsonAsync(Cases, new { IssueDescription = "one" }, (Header, "k"))).ShouldAnswerAsync(201);
        await (await user.PostJsonAsync(Cases, new { IssueDescription = "two" }, (Header, "k"))).ShouldBeProblemAsync(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task Whoever_has_the_database_can_not_try_out_what_a_body_was()
    {
        using var user = await server.SignedInAsync("user");
        const string body = """{"issue_description":"short"}""";
        await (await user.PostJsonAsync(Cases, body, (Header, "guess"))).ShouldAnswerAsync(201);

        var kept = await server.Database.ScalarAsync<byte[]>("SELECT fingerprint FROM platform.idempotency_keys WHERE key = 'guess'");
        kept.ShouldNotBe(SHA256.HashData(Encoding.UTF8.GetBytes("\0" + body)));
        kept.ShouldBe(HMACSHA256.HashData(server.Services.GetRequiredService<MasterKey>().Derive("idempotency fingerprint"), Encoding.UTF8.GetBytes("\0" + body)));
    }

    [Fact]
    public async Task A_key_belongs_to_its_caller()
    {
        using var one = await server.SignedInAsync("user");
        using var other = await server.SignedInAsync("user");
        var first = await (await one.PostJsonAsync(Cases, new { IssueDescription = "x" }, (Header, "mine"))).ShouldAnswerAsync(201);
        var second = await (await other.PostJsonAsync(Cases, new { IssueDescription = "x" }, (Header, "mine"))).ShouldAnswerAsync(201);
        second.Id().ShouldNotBe(first.Id());
    }

    [Fact]
    public async Task A_refusal_is_not_kept_and_leaves_nothing_behind()
    {
        using var user = await server.SignedInAsync("user");
        var id = (await (await user.PostJsonAsync(Cases, new { IssueDescription = "x" })).ShouldAnswerAsync(201)).Id();
        await (await user.PutJsonAsync($"{Cases}/{id}/close")).ShouldAnswerAsync(200);
        await (await user.PostJsonAsync($"{Cases}/{id}/messages", new { Content = "hello", AskAssistant = false }, (Header, "m"))).ShouldAnswerAsync(409);
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM platform.idempotency_keys WHERE key = 'm'")).ShouldBe(0);

        await (await user.PutJsonAsync($"{Cases}/{id}/reopen")).ShouldAnswerAsync(200);
        await (await user.PostJsonAsync($"{Cases}/{id}/messages", new { Content = "hello", AskAssistant = false }, (Header, "m"))).ShouldAnswerAsync(201);
        (await user.GetJsonAsync($"{Cases}/{id}/messages")).Items().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_many_equal_requests_at_once_one_takes_effect()
    {
        using var user = await server.SignedInAsync("user");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => user.PostJsonAsync(Cases, new { IssueDescription = "x" }, (Header, "race"))));

        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Created))
        {
            await refused.ShouldBeProblemAsync(409, "idempotency_in_flight");
            refused.Headers.RetryAfter.ShouldNotBeNull().Delta.ShouldBe(TimeSpan.FromSeconds(1));
        }
        var bodies = await Task.WhenAll(answers.Where(a => a.StatusCode == HttpStatusCode.Created).Select(a => a.Content.ReadAsStringAsync()));
        bodies.Distinct().Count().ShouldBe(1);
        (await user.GetJsonAsync(Cases)).Items().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public async Task A_key_that_is_empty_or_too_long_is_400(int length)
    {
        using var user = await server.SignedInAsync("user");
        await (await user.PostJsonAsync(Cases, new { IssueDescription = "x" }, (Header, new string('k', length)))).ShouldRefuseFieldsAsync(Header);
    }
}
