using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Api;

internal static partial class Examples
{
    static void RecordSearch(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        all["GET /api/v1/records/search"] = s => Example(s.Admin, "/api/v1/records/search?q=x");
        all["GET /api/v1/patients/{id:guid}/access-log"] = async s => new(s.Admin, $"/api/v1/patients/{await PatientAsync(s)}/access-log");
    }

    static async Task<Guid> PatientAsync(CaseServer server)
    {
        var id = Guid.CreateVersion7();
        await server.Database.ExecuteAsync("INSERT INTO care.patients (id, user_id, name, created_at, updated_at) VALUES ($1, $1, 'Sample Patient', now(), now())", id);
        return id;
    }
}
