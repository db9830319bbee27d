using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Api;

internal static partial class Examples
{
    static void Profiles(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        _ = all;
    }
}
