namespace Consilium.Tests.Modules.Care;

public sealed class DependantsTests(ProfileServer server) : IClassFixture<ProfileServer>
{
    static string Of(Client user) => $"/api/v1/users/{user.UserId}/patients";

    [Theory]
    [InlineData("user")]
    [InlineData("patient")]
    public async Task An_account_has_dependants_and_lists_them_with_its_own_profile(string role)
    {
        using var user = await server.SignedInAsync(role);

        var answer = await user.PostJsonAsync(Of(user), new { name = "A child", dob = "2020-02-29", allergies = new[] { "Pollen" }, relation = "parent" });

        var made = await answer.ShouldAnswerAsync(201);
        answer.Headers.Location!.ToString().ShouldBe($"/api/v1/patients/{made.Id()}");
        made.Id().ShouldNotBe(user.UserId);
        made.Id("user_id").ShouldBe(user.UserId);
        made.Text("relation").ShouldBe("parent");
        var second = await ProfileServer.DependantOfAsync(user, "Zoe Invented", "spouse");
        var listed = (await user.GetJsonAsync(Of(user))).Items();
        listed.Select(item => (item.Id(), item.Text("relation"))).ShouldBe(role == "patient"
            ? [(made.Id(), "parent"), (user.UserId, "self"), (second, "spouse")]
            : [(made.Id(), "parent"), (second, "spouse")]);
        (await server.LoggedAsync(second, user)).ShouldBe("patient.list ok related: spouse");
        (await user.IdsAsync($"{Of(user)}?q=zoe")).ShouldBe([second]);
    }

    [Fact]
    public async Task An_admin_adds_for_a_user_and_reads_the_list()
    {
        using var user = await server.SignedInAsync("user");

        var made = (await (await server.Admin.PostJsonAsync(Of(user), new { name = "Added", relation = "guardian" })).ShouldAnswerAsync(201)).Id();

        (await server.LoggedAsync(made, server.Admin)).ShouldBe("patient.created ok administrator");
        (await server.Admin.IdsAsync(Of(user))).ShouldBe([made]);
        (await user.GetJsonAsync($"/api/v1/patients/{made}")).Text("name").ShouldBe("Added");
    }

    [Fact]
    public async Task Somebody_related_to_themselves_counts_once()
    {
        using var patient = await server.SignedInAsync("patient");
        await server.Admin.MapAsync("user-patient", patient.UserId, patient.UserId);

        (await patient.IdsAsync(Of(patient))).ShouldBe([patient.UserId]);
    }

    [Fact]
    public async Task Others_neither_add_nor_list()
    {
        using var user = await server.SignedInAsync("user");
        foreach (var role in (string[])["user", "patient"])
        {
            await (await server.Strangers[role].PostJsonAsync(Of(user), new { name = "X", relation = "parent" })).ShouldBeProblemAsync(404, "not_found");
            await (await server.Strangers[role].GetAsync(Of(user))).ShouldBeProblemAsync(404, "not_found");
        }
        foreach (var role in (string[])["doctor", "hospital", "staff"])
        {
            var stranger = server.Strangers[role];
            await (await stranger.PostJsonAsync(Of(stranger), new { name = "X", relation = "parent" })).ShouldBeProblemAsync(403, "forbidden");
            await (await stranger.GetAsync(Of(user))).ShouldBeProblemAsync(403, "forbidden");
        }
        (await user.IdsAsync(Of(user))).ShouldBeEmpty();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE outcome = 'denied' AND resource = $1", $"user/{user.UserId}")).ShouldBe(4);
    }

    [Fact]
    public async Task Accounts_of_other_roles_get_none()
    {
        await (await server.Admin.PostJsonAsync(Of(server.Strangers["doctor"]), new { name = "X", relation = "parent" })).ShouldBeProblemAsync(409, "no_dependants");
        await (await server.Admin.PostJsonAsync($"/api/v1/users/{Guid.CreateVersion7()}/patients", new { name = "X", relation = "parent" })).ShouldBeProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("""{}""", "name", "relation")]
    [InlineData("""{"name":"X","relation":"boss"}""", "relation")]
    [InlineData("""{"name":" ","relation":"parent","age":200}""", "name", "age")]
    public async Task What_is_missing_or_wrong_is_named(string body, params string[] fields)
    {
        var response = await server.Owner.PostJsonAsync(Of(server.Owner), body);

        (await response.ShouldAnswerAsync(400)).GetProperty("errors").EnumerateObject().Select(field => field.Name).ShouldBe(fields, ignoreOrder: true);
    }
}
