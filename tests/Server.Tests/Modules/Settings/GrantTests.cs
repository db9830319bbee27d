using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

public sealed class GrantTests(ConfigServer server) : IClassFixture<ConfigServer>
{
    Client Admin => server.Admin;

    [Fact]
    public async Task It_counts_until_it_is_taken_back_and_both_are_written_down()
    {
        using var person = await server.SignedInAsync("staff");
        var id = await server.GrantAsync(person, "config:read:app.db");
        await person.GetJsonAsync(Root);

        await (await Admin.DeleteAsync($"{Grants}/{id}")).ShouldAnswerAsync(204);

        await (await person.GetAsync(Root)).ShouldBeProblemAsync(403, "forbidden");
        await (await Admin.DeleteAsync($"{Grants}/{id}")).ShouldBeProblemAsync(404, "not_found");
        (await server.Database.ColumnAsync<string>("SELECT action || ' ' || reason FROM audit.entries WHERE resource = $1 AND action LIKE 'grant.%' ORDER BY seq", $"user/{person.UserId}"))
            .ShouldBe(["grant.created config:read:app.db", "grant.revoked config:read:app.db"]);
    }

    [Fact]
    public async Task It_ends_with_its_time_and_can_be_given_again()
    {
        using var person = await server.SignedInAsync("staff");
        await server.GrantAsync(person, "config:read", server.Time.GetUtcNow().AddMinutes(1));
        await person.GetJsonAsync(Root);
        await (await TryGrantAsync(person.UserId)).ShouldBeProblemAsync(409, "granted_already");

        server.Time.Advance(TimeSpan.FromMinutes(1));

        await (await person.GetAsync(Root)).ShouldBeProblemAsync(403, "forbidden");
        await (await TryGrantAsync(person.UserId)).ShouldAnswerAsync(201);
        await person.GetJsonAsync(Root);
    }

    [Fact]
    public async Task They_are_listed_newest_first()
    {
        using var person = await server.SignedInAsync("staff");
        var made = new List<Guid>();
        foreach (var right in (string[])["config:read:a", "config:read:b", "security:use"]) made.Add(await server.GrantAsync(person, right));

        var first = await Admin.GetJsonAsync($"{Grants}?account_id={person.UserId}&limit=2");
        var second = await Admin.GetJsonAsync($"{Grants}?account_id={person.UserId}&limit=2&cursor={first.Text("next_cursor")}");

        first.Items().Concat(second.Items()).Select(one => one.Id()).ShouldBe(Enumerable.Reverse(made), ignoreOrder: true); // made within one millisecond
        (await Admin.GetJsonAsync($"{Grants}?limit=200")).Items().Count.ShouldBeGreaterThanOrEqualTo(3);
    }

    [Theory]
    [InlineData("config:rule", "", "permission")]
    [InlineData("*", "", "permission")]
    [InlineData(null, "", "permission")]
    [InlineData("config:read", "app.", "prefix")]
    [InlineData("config:read", "*", "prefix")]
    [InlineData("security:use", "app", "prefix")]
    public async Task What_is_wrong_is_named(string? permission, string prefix, string field) =>
        await (await Admin.PostJsonAsync(Grants, new { account_id = Admin.UserId, permission, prefix })).ShouldRefuseFieldsAsync(field);

    [Fact]
    public async Task It_is_for_active_accounts_and_a_time_to_come()
    {
        using var person = await server.SignedInAsync("staff");
        await (await Admin.PostJsonAsync(Grants, new { permission = "config:read" })).ShouldRefuseFieldsAsync("account_id");
        await (await Admin.PostJsonAsync(Grants, new { account_id = person.UserId, permission = "config:read", expires_at = server.Time.GetUtcNow() })).ShouldRefuseFieldsAsync("expires_at");
        await (await TryGrantAsync(Guid.CreateVersion7())).ShouldRefuseFieldsAsync("account_id");
        await (await Admin.PutJsonAsync($"/api/v1/users/{person.UserId}", new { is_active = false })).ShouldAnswerAsync(200);
        await (await TryGrantAsync(person.UserId)).ShouldRefuseFieldsAsync("account_id");
    }

    Task<HttpResponseMessage> TryGrantAsync(Guid account) => Admin.PostJsonAsync(Grants, new { account_id = account, permission = "config:read" });
}
