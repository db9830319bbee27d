using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Api;

internal static partial class Examples
{
    static void Security(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        const string root = "/api/v1/security";
        all[$"POST {root}/encrypt"] = s => Example(s.Admin, $"{root}/encrypt", new() { ["value"] = "x" });
        all[$"POST {root}/decrypt"] = async s =>
        {
            var made = await (await s.Admin.PostJsonAsync($"{root}/encrypt", new { value = "x" })).ShouldAnswerAsync(200);
            return new(s.Admin, $"{root}/decrypt", new() { ["encrypted_value"] = made.Text("encrypted_value") });
        };
        all[$"GET {root}/keys"] = s => Example(s.Admin, $"{root}/keys");
        all[$"POST {root}/keys/rotate"] = s => Example(s.Admin, $"{root}/keys/rotate", []);
    }
}
