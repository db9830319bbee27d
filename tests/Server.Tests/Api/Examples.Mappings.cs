using System.Text.Json.Nodes;
using Consilium.Tests.Modules.Care;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Api;

internal static partial class Examples
{
    static void Mappings(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        foreach (var kind in (string[])["hospital-doctor", "hospital-patient", "doctor-patient", "user-patient"])
        {
            var root = $"{CareCalls.Mappings}/{kind}";
            all[$"GET {root}"] = s => Example(s.Admin, root);
            all[$"POST {root}"] = async s =>
            {
                var (first, second) = await TwoAsync(s, kind);
                return new(s.Admin, root, JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(CareCalls.Body(kind, first, second)))!.AsObject());
            };
            all[$"GET {root}/{{id:guid}}"] = async s => new(s.Admin, $"{root}/{await MappingAsync(s, kind)}");
            all[$"DELETE {root}/{{id:guid}}"] = async s => new(s.Admin, $"{root}/{await MappingAsync(s, kind)}");
        }
        foreach (var (one, many) in ((string, string)[])[("hospital", "doctors"), ("doctor", "hospitals")])
            all[$"GET /api/v1/{one}s/{{id:guid}}/{many}"] = async s => new(s.Owner, $"/api/v1/{one}s/{(await s.SignedInAsync(one)).UserId}/{many}") { IsForAll = true };
        foreach (var (one, many) in ((string, string)[])[("hospital", "patients"), ("doctor", "patients"), ("patient", "doctors"), ("patient", "hospitals")])
            all[$"GET /api/v1/{one}s/{{id:guid}}/{many}"] = async s =>
            {
                var somebody = await s.SignedInAsync(one);
                return new(somebody, $"/api/v1/{one}s/{somebody.UserId}/{many}");
            };
        all["GET /api/v1/patients/{id:guid}/events"] = async s => Patient(await s.SignedInAsync("patient"));

        static Example Patient(Client patient) => new(patient, CareCalls.Events(patient.UserId));
    }

    static async Task<(Guid First, Guid Second)> TwoAsync(CaseServer server, string kind) =>
        ((await server.SignedInAsync(CareCalls.First(kind))).UserId, (await server.SignedInAsync(CareCalls.Second(kind))).UserId);

    static async Task<Guid> MappingAsync(CaseServer server, string kind)
    {
        var (first, second) = await TwoAsync(server, kind);
        return (await server.Admin.MapAsync(kind, first, second)).Id();
    }
}
