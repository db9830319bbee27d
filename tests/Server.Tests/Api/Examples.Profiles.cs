using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Api;

internal static partial class Examples
{
    static void Profiles(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        foreach (var role in (string[])["doctor", "hospital", "patient"])
            foreach (var path in (string[])[$"/api/v1/auth/{role}/signup", $"/api/v1/auth/{role}-signup"])
                all[$"POST {path}"] = s => Example(s.Owner, path, new() { ["email"] = NewEmail(), ["password"] = "several plain words 7", ["name"] = "Somebody" });
        all["GET /api/v1/hospitals"] = s => Example(s.Owner, "/api/v1/hospitals");
        all["POST /api/v1/hospitals"] = s => Example(s.Admin, "/api/v1/hospitals", new() { ["name"] = "Hospital" });
        all["GET /api/v1/hospitals/{id:guid}"] = async s => new(s.Owner, $"/api/v1/hospitals/{await HospitalAsync(s)}") { IsForAll = true };
        all["PUT /api/v1/hospitals/{id:guid}"] = async s => new(s.Admin, $"/api/v1/hospitals/{await HospitalAsync(s)}", new() { ["name"] = "Hospital" });
        all["DELETE /api/v1/hospitals/{id:guid}"] = async s => new(s.Admin, $"/api/v1/hospitals/{await HospitalAsync(s)}");
        all["GET /api/v1/doctors"] = s => Example(s.Owner, "/api/v1/doctors");
        all["GET /api/v1/doctors/{id:guid}"] = async s => new(s.Owner, $"/api/v1/doctors/{(await s.SignedInAsync("doctor")).UserId}") { IsForAll = true };
        all["PUT /api/v1/doctors/{id:guid}"] = async s =>
        {
            var doctor = await s.SignedInAsync("doctor");
            return new(doctor, $"/api/v1/doctors/{doctor.UserId}", new() { ["name"] = "Doctor" });
        };
        all["GET /api/v1/patients"] = s => Example(s.Doctor, "/api/v1/patients");
        all["GET /api/v1/patients/{id:guid}"] = async s =>
        {
            var patient = await s.SignedInAsync("patient");
            return new(patient, $"/api/v1/patients/{patient.UserId}");
        };
        all["PUT /api/v1/patients/{id:guid}"] = async s =>
        {
            var patient = await s.SignedInAsync("patient");
            return new(patient, $"/api/v1/patients/{patient.UserId}", new() { ["name"] = "Patient" });
        };
        all["GET /api/v1/users/{userId:guid}/patients"] = s => Example(s.Owner, $"/api/v1/users/{s.Owner.UserId}/patients");
        all["POST /api/v1/users/{userId:guid}/patients"] = s =>
            Example(s.Owner, $"/api/v1/users/{s.Owner.UserId}/patients", new() { ["name"] = "Somebody", ["relation"] = "parent" });
    }

    static async Task<Guid> HospitalAsync(CaseServer server) =>
        (await (await server.Admin.PostJsonAsync("/api/v1/hospitals", new { name = "Hospital" })).ShouldAnswerAsync(201)).Id();
}
