using System.Text.Json.Nodes;
using Consilium.Tests.Modules.Settings;

namespace Consilium.Tests.Api;

/// <summary>Nobody here was granted a right. What grants and parts of the configuration open is in <see cref="ConfigRightsTests"/>.</summary>
internal static partial class AccessMatrix
{
    static IEnumerable<AccessRule> Settings()
    {
        const string root = ConfigCalls.Root;
        const string one = $"{root}/{{key}}";
        var never = AllBut(OnlyAdmin);
        Who[] readers = [Who.Admin, Who.AdminsProgram];

        foreach (var query in (string[])["", "/events", "/export?format=json", "/diff?from=staging&to=/"])
            yield return new($"GET {root}{query.Split('?')[0]}", Get(_ => $"{root}{query}"), readers, never);
        yield return new($"GET {one}", Entry("printer"), readers, never);
        yield return new($"GET {one}/history", Entry("printer", "/history"), readers, never);
        yield return new($"GET {one}", Entry("app"), OnlyAdmin, never) { Case = "of another part", TakesKeysOf = [Who.AdminsProgram] };
        yield return new($"GET {one}/history", Entry("app", "/history"), OnlyAdmin, never) { Case = "of another part", TakesKeysOf = [Who.AdminsProgram] };
        yield return new($"POST {root}", _ => Task.FromResult(new Call(root, new() { ["key"] = ConfigCalls.NewKey("printer"), ["value"] = 1 })), OnlyAdmin, never);
        yield return new($"PUT {one}", Entry("printer", "", () => new() { ["value"] = 2 }), OnlyAdmin, never);
        yield return new($"DELETE {one}", Entry("printer"), OnlyAdmin, never);
        yield return new($"POST {one}/rollback", Entry("printer", "/rollback", () => new() { ["version"] = 1 }), OnlyAdmin, never);
        yield return new($"POST {one}/reveal", Entry("printer", "/reveal", () => new() { ["reason"] = "x" }), OnlyAdmin, never);
        yield return new($"POST {root}/import", _ => Task.FromResult(new Call($"{root}/import?mode=preview", new() { ["printer"] = 1 })), OnlyAdmin, never);

        yield return new("POST /api/v1/security/encrypt", _ => Task.FromResult(new Call("/api/v1/security/encrypt", new() { ["value"] = "x" })), OnlyAdmin, never);
        yield return new("POST /api/v1/security/decrypt", async world => new("/api/v1/security/decrypt", new()
        {
            ["encrypted_value"] = (await (await world[Who.Admin].PostJsonAsync("/api/v1/security/encrypt", new { value = "x" })).ShouldAnswerAsync(200)).Text("encrypted_value"),
        }), OnlyAdmin, never);
        yield return new("GET /api/v1/security/keys", Get(_ => "/api/v1/security/keys"), OnlyAdmin, never);
        yield return new("POST /api/v1/security/keys/rotate", _ => Task.FromResult(new Call("/api/v1/security/keys/rotate", [])), OnlyAdmin, never);
        yield return new($"GET {ConfigCalls.Grants}", Get(_ => ConfigCalls.Grants), OnlyAdmin, never);
        yield return new($"POST {ConfigCalls.Grants}", async world => new(ConfigCalls.Grants, new()
        {
            ["account_id"] = $"{await world.NewAsync("staff")}", ["permission"] = "config:read",
        }), OnlyAdmin, never) { Absent = 400 };
        yield return new($"DELETE {ConfigCalls.Grants}/{{id:guid}}", async world =>
        {
            var made = await world[Who.Admin].PostJsonAsync(ConfigCalls.Grants, new { account_id = await world.NewAsync("staff"), permission = "config:read" });
            return new($"{ConfigCalls.Grants}/{(await made.ShouldAnswerAsync(201)).Id()}");
        }, OnlyAdmin, never);
    }

    static Func<AccessWorld, Task<Call>> Entry(string part, string rest = "", Func<JsonObject>? body = null) => async world =>
        new($"{ConfigCalls.Root}/{(await world[Who.Admin].CreateAsync(ConfigCalls.NewKey(part), "x")).Text("key")}{rest}", body?.Invoke());
}
