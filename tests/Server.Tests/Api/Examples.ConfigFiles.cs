using System.Net.Http.Headers;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Api;

internal static partial class Examples
{
    static void ConfigFiles(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        all["GET /api/v1/config/export"] = s => Example(s.Admin, "/api/v1/config/export?format=yaml");
        all["GET /api/v1/config/diff"] = s => Example(s.Admin, "/api/v1/config/diff?from=staging&to=/");
        all["POST /api/v1/config/import"] = s => Task.FromResult(new Example(s.Admin, "/api/v1/config/import?mode=preview")
        {
            Form = () => new ByteArrayContent("a: 1\n"u8.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/yaml") } },
        });
    }
}
