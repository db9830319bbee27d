using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Api;

internal static partial class Examples
{
    static void Profiles(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        foreach (var role in (string[])["doctor", "hospital", "patient"])
            foreach (var path in (string[])[$"/api/v1/auth/{role}/signup", $"/api/v1/auth/{role}-signup"])
                all[$"POST {path}"] = s => Example(s.Owner, path, new() { ["email"] = NewEmail(), ["password"] = "several plain words 7", ["name"] = "Somebody" });
    }
}
