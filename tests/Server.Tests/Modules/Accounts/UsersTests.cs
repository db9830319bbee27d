using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Tests.Modules.Accounts;

public sealed class UsersTests(Server server) : IClassFixture<Server>
{
    [Fact]
    public async Task Everybody_reads_and_changes_the_own_account()
    {
        using var user = await server.SignedInAsync("user");

        var changed = await (await user.PutJsonAsync("/api/v1/users/me", new { name = " A name ", contact = "c", role = "admin", email = "other@example.com", id = Guid.Empty })).ShouldAnswerAsync(200);

        changed.EnumerateObject().Select(member => member.Name).ShouldBe(
            ["id", "email", "name", "role", "contact", "address", "is_active", "profile_id", "created_at", "updated_at"], ignoreOrder: true);
        changed.Text("name").ShouldBe("A name");
        changed.Text("role").ShouldBe("user");
        changed.Text("email").ShouldBe(user.Email);
        (await user.GetJsonAsync("/api/v1/users/me")).ToString().ShouldBe(changed.ToString());
        (await user.GetJsonAsync($"/api/v1/users/{user.UserId}")).ToString().ShouldBe(changed.ToString());
    }

    [Fact]
    public async Task What_is_left_out_stays_and_null_or_an_empty_text_clears()
    {
        using var user = await server.SignedInAsync("user");
        await (await user.PutJsonAsync("/api/v1/users/me", new { name = "n", contact = "c", address = "a" })).ShouldAnswerAsync(200);

        var changed = await (await user.PutJsonAsync($"/api/v1/users/{user.UserId}", new { contact = "", name = (string?)null })).ShouldAnswerAsync(200);

        changed.Text("name").ShouldBeNull();
        changed.Text("contact").ShouldBeNull();
        changed.Text("address").ShouldBe("a");
        await (await user.PutJsonAsync("/api/v1/users/me", """{"is_active":null,"address":null}""")).ShouldRefuseFieldsAsync("is_active");
        (await user.GetJsonAsync("/api/v1/users/me")).Text("address").ShouldBe("a");
    }

    [Fact]
    public async Task A_foreign_account_and_one_that_does_not_exist_are_the_same_404()
    {
        using var user = await server.SignedInAsync("user");
        var bodies = new HashSet<string>();
        foreach (var id in new[] { DemoAccounts.Staff.Id, Guid.CreateVersion7() })
        {
            foreach (var response in new[] { await user.GetAsync($"/api/v1/users/{id}"), await user.PutJsonAsync($"/api/v1/users/{id}", new { name = "x", is_active = false }) })
            {
                var problem = await response.ShouldBeProblemAsync(404, "not_found");
                bodies.Add(problem.ToString().Replace(problem.Text("trace_id")!, "", StringComparison.Ordinal));
            }
        }
        bodies.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_admin_reads_and_changes_any_account()
    {
        using var user = await server.SignedInAsync("user");
        using var admin = await server.SignedInAsync("admin");

        await (await admin.PutJsonAsync($"/api/v1/users/{user.UserId}", new { name = "Named by an admin" })).ShouldAnswerAsync(200);

        (await admin.GetJsonAsync($"/api/v1/users/{user.UserId}")).Text("name").ShouldBe("Named by an admin");
    }

    [Fact]
    public async Task Only_an_admin_closes_and_opens_accounts()
    {
        using var user = await server.SignedInAsync("user");
        using var admin = await server.SignedInAsync("admin");

        await (await user.PutJsonAsync("/api/v1/users/me", new { is_active = false })).ShouldBeProblemAsync(403, "forbidden");
        await (await user.PutJsonAsync("/api/v1/users/me", new { is_active = true })).ShouldAnswerAsync(200);
        await (await admin.PutJsonAsync($"/api/v1/users/{user.UserId}", new { is_active = false })).ShouldAnswerAsync(200);

        await (await user.GetAsync("/api/v1/users/me")).ShouldAnswerAsync(401);
        await (await user.PostJsonAsync("/auth/refresh", new { refresh_token = user.RefreshToken })).ShouldAnswerAsync(401);
        await (await user.PostJsonAsync("/auth/login", new { username = user.Email, password = "several plain words 7" })).ShouldAnswerAsync(401);
        await (await admin.PutJsonAsync($"/api/v1/users/{user.UserId}", new { is_active = true })).ShouldAnswerAsync(200);
        await (await user.GetAsync("/api/v1/users/me")).ShouldAnswerAsync(401);
        (await server.SignInAsync(user.Email, "several plain words 7")).Dispose();
    }

    [Fact]
    public async Task The_built_in_assistant_cannot_be_closed()
    {
        using var admin = await server.SignedInAsync("admin");

        await (await admin.PutJsonAsync($"/api/v1/users/{AssistantAccount.Id}", new { is_active = false })).ShouldBeProblemAsync(409, "assistant_needed");
    }

    [Fact]
    public async Task An_admin_lists_accounts_by_pages_role_and_text()
    {
        using var admin = await server.SignedInAsync("admin");
        using var one = await server.SignedInAsync("user");

        var ids = new List<Guid>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await admin.GetJsonAsync($"/api/v1/users?limit=3{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            page.Items().Count.ShouldBeLessThanOrEqualTo(3);
            ids.AddRange(page.Items().Select(item => item.Id()));
            cursor = page.Text("next_cursor");
        }

        ids.ShouldBeUnique();
        ids.ShouldContain(one.UserId);
        ids.ShouldContain(AssistantAccount.Id);
        (await admin.GetJsonAsync("/api/v1/users?role=hospital")).Items().ShouldHaveSingleItem().Id().ShouldBe(DemoAccounts.Hospital.Id);
        (await admin.GetJsonAsync($"/api/v1/users?q={one.Email[..25].ToUpperInvariant()}")).Items().ShouldHaveSingleItem().Id().ShouldBe(one.UserId);
        (await admin.GetJsonAsync("/api/v1/users?q=demo%20doc")).Items().ShouldHaveSingleItem().Id().ShouldBe(DemoAccounts.Doctor.Id);
        (await admin.GetJsonAsync("/api/v1/users?q=%25%25_")).Items().ShouldBeEmpty();
        (await admin.GetJsonAsync("/api/v1/users?q=staff+demo")).Items().ShouldHaveSingleItem().Id().ShouldBe(DemoAccounts.Staff.Id);
    }

    [Fact]
    public async Task Signs_in_a_search_for_accounts_mean_themselves()
    {
        using var admin = await server.SignedInAsync("admin");
        var word = $"w{Guid.CreateVersion7():N}";
        var ids = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var local in (string[])["first_last", "first.last", "first%last", "firstxlast"])
        {
            var account = new { email = $"{local}@{word}.example.com", password = "several plain words 7", role = "staff" };
            ids[local] = (await (await admin.PostJsonAsync("/api/v1/auth/signup", account)).ShouldAnswerAsync(201)).Id();
        }

        foreach (var (local, id) in ids.Where(one => one.Key is not "first.last"))
            (await admin.GetJsonAsync($"/api/v1/users?q={Uri.EscapeDataString($"{local}@{word}")}")).Items().Select(user => user.Id()).ShouldBe([id], local);
        (await admin.GetJsonAsync($"/api/v1/users?q={word}+%25")).Items().Select(user => user.Id()).ShouldBe([ids["first%last"]]);
        (await admin.GetJsonAsync($"/api/v1/users?q={word}+_")).Items().Select(user => user.Id()).ShouldBe([ids["first_last"]]);
        (await admin.GetJsonAsync($"/api/v1/users?q={word}+%5C")).Items().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("role=boss", "role")]
    [InlineData("role=Admin", "role")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=x", "limit")]
    public async Task A_list_that_cannot_be_is_refused(string query, string field)
    {
        using var admin = await server.SignInAsync("admin@example.com", "admin123");

        await (await admin.GetAsync($"/api/v1/users?{query}")).ShouldRefuseFieldsAsync(field);
    }

    [Fact]
    public async Task Only_admins_list_accounts()
    {
        using var staff = await server.SignInAsync("staff@example.com", "staff123");
        using var anyone = server.Anonymous();

        await (await staff.GetAsync("/api/v1/users")).ShouldBeProblemAsync(403, "forbidden");
        await (await anyone.GetAsync("/api/v1/users")).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task Texts_have_their_limits()
    {
        using var user = await server.SignedInAsync("user");

        await (await user.PutJsonAsync("/api/v1/users/me", new { name = new string('x', 201), contact = new string('x', 201), address = new string('x', 501) }))
            .ShouldRefuseFieldsAsync("name", "contact", "address");
    }
}

public sealed class LastAdminTests
{
    [Fact]
    public async Task The_last_admin_cannot_be_closed_even_by_two_at_once()
    {
        var server = await Server.StartAsync();
        try
        {
            using var first = await server.SignInAsync("admin@example.com", "admin123");
            await (await first.PutJsonAsync("/api/v1/users/me", new { is_active = false })).ShouldBeProblemAsync(409, "last_admin");
            using var second = await server.SignedInAsync("admin");

            var answers = await Task.WhenAll(
                first.PutJsonAsync($"/api/v1/users/{second.UserId}", new { is_active = false }), second.PutJsonAsync($"/api/v1/users/{first.UserId}", new { is_active = false }));

            answers.Count(answer => answer.IsSuccessStatusCode).ShouldBe(1);
            (await server.Database.ScalarAsync<long>("SELECT count(*) FROM accounts.users WHERE role = 'admin' AND is_active")).ShouldBe(1);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }
}
