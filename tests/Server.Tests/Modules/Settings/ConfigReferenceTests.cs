using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

public sealed class ConfigReferenceTests(ConfigServer server) : IClassFixture<ConfigServer>
{
    Client Admin => server.Admin;

    [Fact]
    public async Task They_find_what_counts_where_they_are_looked_up()
    {
        var prefix = NewKey();
        await Admin.CreateAsync($"{prefix}.host", "everywhere");
        await Admin.CreateAsync($"{prefix}.host", "here", "p/");
        await Admin.CreateAsync($"{prefix}.url", $"http://${{{prefix}.host}}:${{{prefix}.port}}/$${{x}}");
        await Admin.CreateAsync($"{prefix}.port", 5432);
        await Admin.CreateAsync($"{prefix}.all", new { url = $"${{{prefix}.url}}", port = $"${{{prefix}.port}}" });

        (await Admin.ValueAsync($"{prefix}.all", query: "resolve=true")).ShouldBe("""{"url":"http://everywhere:5432/${x}","port":5432}""");
        (await Admin.ValueAsync($"{prefix}.url", "p/e", "resolve=true")).ShouldBe("\"http://here:5432/${x}\"");
        (await Admin.LookUpAsync($"{prefix}.url")).Text("value").ShouldBe($"http://${{{prefix}.host}}:${{{prefix}.port}}/$${{x}}");
        var list = await Admin.GetJsonAsync($"{Root}?prefix={prefix}&effective=true&resolve=true&profile=p");
        list.Items().Single(one => one.Text("key") == $"{prefix}.url").Text("value").ShouldBe("http://here:5432/${x}");
    }

    [Fact]
    public async Task One_that_finds_nothing_is_named()
    {
        var prefix = NewKey();
        await Admin.CreateAsync($"{prefix}.a", $"${{{prefix}.none}}");

        (await (await Admin.GetAsync(PathOf($"{prefix}.a", query: "resolve=true"))).ShouldBeProblemAsync(409, "unresolved_reference")).Text("detail")!.ShouldContain($"{prefix}.none");
        (await (await Admin.GetAsync($"{Root}?prefix={prefix}&effective=true&resolve=true")).ShouldBeProblemAsync(409, "unresolved_reference")).Text("detail")!.ShouldContain($"{prefix}.none");
        await (await Admin.TryCreateAsync($"{prefix}.b", "${")).ShouldRefuseFieldsAsync("value");
    }

    [Fact]
    public async Task What_somebody_may_not_read_is_not_there_for_his_references()
    {
        var (mine, theirs) = (NewKey("mine"), NewKey("theirs"));
        using var reader = await server.GrantedAsync("config:read:mine", "config:write:mine");
        await Admin.CreateAsync(theirs, "not for everybody");
        await reader.CreateAsync(mine, $"${{{theirs}}}");

        await (await reader.GetAsync(PathOf(mine, query: "resolve=true"))).ShouldBeProblemAsync(409, "unresolved_reference");
        (await Admin.ValueAsync(mine, query: "resolve=true")).ShouldBe("\"not for everybody\"");
    }

    [Theory]
    [InlineData("/", "/", "/")]
    [InlineData("/", "p/", "p/")]
    [InlineData("p/", "/", "p/e")]
    [InlineData("/e", "/", "/")]
    [InlineData("p/e", "p/", "/")]
    public async Task A_circle_is_refused_wherever_it_would_be_seen(string a, string b, string c)
    {
        var prefix = NewKey();
        await Admin.CreateAsync($"{prefix}.a", $"${{{prefix}.b}}", a);
        await Admin.CreateAsync($"{prefix}.b", $"${{{prefix}.c}}", b);

        await (await Admin.TryCreateAsync($"{prefix}.c", $"and ${{{prefix}.a}}", c)).ShouldRefuseFieldsAsync("value");
        await Admin.CreateAsync($"{prefix}.c", "x", c);
        await (await Admin.TryPutAsync($"{prefix}.c", new { deep = new[] { $"${{{prefix}.a}}" } }, c)).ShouldRefuseFieldsAsync("value");
        await (await Admin.TryPutAsync($"{prefix}.c", $"${{{prefix}.c}}", c)).ShouldRefuseFieldsAsync("value");
        await Admin.PutAsync($"{prefix}.c", $"$${{{prefix}.a}}", c);
    }

    [Fact]
    public async Task Places_that_never_meet_make_no_circle()
    {
        var prefix = NewKey();
        await Admin.CreateAsync($"{prefix}.a", $"${{{prefix}.b}}", "p/");
        await Admin.CreateAsync($"{prefix}.b", $"${{{prefix}.a}}", "q/");
    }

    [Fact]
    public async Task An_override_that_hides_a_circle_stays()
    {
        var prefix = NewKey();
        await Admin.CreateAsync($"{prefix}.a", 1, "p/");
        await Admin.CreateAsync($"{prefix}.b", $"${{{prefix}.a}}", "p/");
        await Admin.CreateAsync($"{prefix}.a", $"${{{prefix}.b}}");

        await (await Admin.DeleteAsync(PathOf($"{prefix}.a", "p/"))).ShouldBeProblemAsync(409, "reference_cycle");
        await Admin.RemoveAsync($"{prefix}.b", "p/");
        await Admin.RemoveAsync($"{prefix}.a", "p/");
        await (await Admin.TryRollBackAsync($"{prefix}.b", 1, "p/")).ShouldBeProblemAsync(409, "version_unfit");
    }

    [Fact]
    public async Task Secrets_stay_masked_but_for_those_who_may_reveal_them()
    {
        var (app, other) = (NewKey("app.db"), NewKey("other"));
        await Admin.CreateAsync(app, "first ${secret", encrypted: true);
        await Admin.CreateAsync(other, "second secret", encrypted: true);
        await Admin.CreateAsync($"{app}.both", $"${{{app}}} and ${{{other}}}");
        await Admin.CreateAsync($"{app}.whole", $"${{{app}}}");
        using var person = await server.GrantedAsync("config:read", "config:reveal:app.db");

        (await Admin.ValueAsync($"{app}.both", query: "resolve=true")).ShouldBe("\"******** and ********\"");
        (await Admin.ValueAsync($"{app}.whole", query: "resolve=true")).ShouldBe("\"********\"");
        (await (await person.TryRevealAsync($"{app}.both", resolve: true)).ShouldAnswerAsync(200)).Text("value").ShouldBe("first ${secret and ********");
        (await (await person.TryRevealAsync($"{app}.whole", resolve: true)).ShouldAnswerAsync(200)).Text("value").ShouldBe("first ${secret");
        (await (await Admin.TryRevealAsync($"{app}.both", resolve: true)).ShouldAnswerAsync(200)).Text("value").ShouldBe("first ${secret and second secret");
        (await server.AuditOfAsync(app)).Count(line => line == "config.revealed ok A test").ShouldBe(3);
        (await server.AuditOfAsync(other)).Count(line => line == "config.revealed ok A test").ShouldBe(1);
    }
}
