using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Settings;

namespace Consilium.Tests.Api;

internal static partial class Examples
{
    static void Settings(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        const string root = ConfigCalls.Root;
        const string one = $"{root}/{{key}}";
        all[$"GET {root}"] = s => Example(s.Admin, root);
        all[$"POST {root}"] = s => Example(s.Admin, root, new() { ["key"] = ConfigCalls.NewKey(), ["value"] = null });
        all[$"GET {root}/events"] = s => Example(s.Admin, $"{root}/events");
        all[$"GET {one}"] = async s => new(s.Admin, await EntryAsync(s));
        all[$"PUT {one}"] = async s => new(s.Admin, await EntryAsync(s), new() { ["value"] = null });
        all[$"DELETE {one}"] = async s => new(s.Admin, await EntryAsync(s));
        all[$"GET {one}/history"] = async s => new(s.Admin, $"{await EntryAsync(s)}/history");
        all[$"POST {one}/rollback"] = async s => new(s.Admin, $"{await EntryAsync(s)}/rollback", new() { ["version"] = 1 });
        all[$"POST {one}/reveal"] = async s => new(s.Admin, $"{await EntryAsync(s)}/reveal", new() { ["reason"] = "x" });
        all[$"GET {ConfigCalls.Grants}"] = s => Example(s.Admin, ConfigCalls.Grants);
        all[$"POST {ConfigCalls.Grants}"] = async s =>
            new(s.Admin, ConfigCalls.Grants, new() { ["account_id"] = $"{(await s.SignedInAsync("staff")).UserId}", ["permission"] = "config:read" });
        all[$"DELETE {ConfigCalls.Grants}/{{id:guid}}"] = async s =>
        {
            var person = await s.SignedInAsync("staff");
            var made = await (await s.Admin.PostJsonAsync(ConfigCalls.Grants, new { account_id = person.UserId, permission = "config:read" })).ShouldAnswerAsync(201);
            return new(s.Admin, $"{ConfigCalls.Grants}/{made.Id()}");
        };
    }

    static async Task<string> EntryAsync(CaseServer server) => $"{ConfigCalls.Root}/{(await server.Admin.CreateAsync(ConfigCalls.NewKey(), "x")).Text("key")}";
}
