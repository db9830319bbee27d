using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

/// <summary>A repetition under an <c>Idempotency-Key</c> is judged by the rights of now.</summary>
public sealed class ConfigReplayTests(ConfigServer server) : IClassFixture<ConfigServer>
{
    [Theory]
    [InlineData("create")]
    [InlineData("rollback")]
    [InlineData("import")]
    public async Task Whoever_lost_the_right_for_the_key_does_not_get_the_answer_again(string what)
    {
        var part = $"replayed.{what}";
        using var person = await server.GrantedAsync("config:write:elsewhere", $"config:read:{part}");
        var grant = await server.GrantAsync(person, $"config:write:{part}");
        var key = NewKey(part);
        if (what == "rollback") await server.Admin.CreateAsync(key, 1);
        Task<HttpResponseMessage> SendAsync() => what switch
        {
            "create" => person.PostJsonAsync(Root, new { key, value = 1 }, ("Idempotency-Key", what)),
            "rollback" => person.PostJsonAsync($"{Root}/{key}/rollback", new { version = 1 }, ("Idempotency-Key", what)),
            _ => person.PostJsonAsync($"{Root}/import?mode=merge", new Dictionary<string, int>(StringComparer.Ordinal) { [key] = 1 }, ("Idempotency-Key", what)),
        };
        var first = await SendAsync();
        await first.ShouldAnswerAsync(what == "create" ? 201 : 200);
        (await (await SendAsync()).Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());

        await (await server.Admin.DeleteAsync($"{Grants}/{grant}")).ShouldAnswerAsync(204);

        await (await SendAsync()).ShouldBeProblemAsync(403, "forbidden");
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE actor_id = $1 AND action = 'config.refused'", person.UserId)).ShouldBe(1);
    }
}
