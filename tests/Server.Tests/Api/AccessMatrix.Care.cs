using System.Text.Json;
using Consilium.Tests.Modules.Care;

namespace Consilium.Tests.Api;

internal static partial class AccessMatrix
{
    static IEnumerable<AccessRule> Care()
    {
        const string patient = "/api/v1/patients/{id:guid}";
        const string doctor = "/api/v1/doctors/{id:guid}";
        const string hospital = "/api/v1/hospitals/{id:guid}";
        Who[] clinicians = [.. Doctors, .. Hospitals, Who.Admin, Who.Program];

        foreach (var role in (string[])["patient", "doctor", "hospital"])
            foreach (var path in (string[])[$"/api/v1/auth/{role}/signup", $"/api/v1/auth/{role}-signup"])
                yield return new($"POST {path}", _ => Task.FromResult(SignUp(path)), [.. AccessWorld.Everybody], []) { IsOpen = true };

        yield return new($"GET {patient}", Of("patients", Who.Patient), Readers, Staff);
        yield return new($"PUT {patient}", world => Task.FromResult(new Call($"/api/v1/patients/{Patient(world)}", new() { ["weight"] = 70 })),
            [Who.Patient, Who.Relative, Who.Admin], AllBut(Customers, [Who.Admin]));
        yield return new("GET /api/v1/patients", Get(_ => "/api/v1/patients?limit=200"), [.. Doctors, Who.Admin, Who.Program], [.. Customers, .. Hospitals, Who.Staff])
            { Shows = ([Who.Treating, Who.Admin, Who.Program], Patient) };
        yield return new($"GET {patient}/doctors", Of("patients", Who.Patient, "/doctors"), Readers, Staff) { Shows = (Readers, world => world.Id(Who.Treating)) };
        yield return new($"GET {patient}/hospitals", Of("patients", Who.Patient, "/hospitals"), Readers, Staff) { Shows = (Readers, world => world.Id(Who.Hospital)) };
        yield return new($"GET {patient}/events", Of("patients", Who.Patient, "/events"), Readers, Staff);
        yield return new("GET /api/v1/users/{userId:guid}/patients", Of("users", Who.Relative, "/patients"), [Who.Relative, Who.Admin], AllBut(Customers, [Who.Admin, Who.Program]))
            { Shows = ([Who.Relative, Who.Admin], Patient) };
        yield return new("POST /api/v1/users/{userId:guid}/patients", world => Task.FromResult(new Call(
                $"/api/v1/users/{world.Id(Who.Relative)}/patients", new() { ["name"] = "Somebody", ["relation"] = "child" })), [Who.Relative, Who.Admin], AllBut(Customers, [Who.Admin]));

        yield return new("GET /api/v1/doctors", Get(_ => "/api/v1/doctors"), [.. SignedIn, Who.Program], []);
        yield return new($"GET {doctor}", Of("doctors", Who.Treating), [.. SignedIn, Who.Program], []);
        yield return new($"PUT {doctor}", world => Task.FromResult(new Call($"/api/v1/doctors/{world.Id(Who.Treating)}", new() { ["details"] = "x" })),
            [Who.Treating, Who.Admin], AllBut(Doctors, [Who.Admin]));
        yield return new($"GET {doctor}/hospitals", Of("doctors", Who.Treating, "/hospitals"), [.. SignedIn, Who.Program], []);
        yield return new($"GET {doctor}/patients", Of("doctors", Who.Treating, "/patients?limit=200"), [Who.Treating, Who.Hospital, Who.Admin, Who.Program], AllBut(clinicians))
            { Shows = ([Who.Treating, Who.Hospital, Who.Admin, Who.Program], Patient) };

        yield return new("GET /api/v1/hospitals", Get(_ => "/api/v1/hospitals"), [.. SignedIn, Who.Program], []);
        yield return new("POST /api/v1/hospitals", _ => Task.FromResult(new Call("/api/v1/hospitals", new() { ["name"] = "Hospital" })), [Who.Admin], AllBut(Hospitals, [Who.Admin]))
            { Elsewhere = 409 }; // a hospital's account has one already
        yield return new($"GET {hospital}", Of("hospitals", Who.Hospital), [.. SignedIn, Who.Program], []);
        yield return new($"PUT {hospital}", world => Task.FromResult(new Call($"/api/v1/hospitals/{world.Id(Who.Hospital)}", new() { ["city"] = "Sampletown" })),
            [Who.Hospital, Who.Admin], AllBut(Hospitals, [Who.Admin]));
        yield return new($"DELETE {hospital}", async world => new($"/api/v1/hospitals/{await world.NewAsync("hospital")}"), [Who.Admin], AllBut([Who.Admin]));
        yield return new($"GET {hospital}/doctors", Of("hospitals", Who.Hospital, "/doctors"), [.. SignedIn, Who.Program], []);
        yield return new($"GET {hospital}/patients", Of("hospitals", Who.Hospital, "/patients?limit=200"),
            [Who.Treating, Who.Colleague, Who.Hospital, Who.Admin, Who.Program], AllBut(clinicians))
            { Shows = ([Who.Treating, Who.Colleague, Who.Hospital, Who.Admin, Who.Program], Patient) };
    }

    static IEnumerable<AccessRule> Mappings()
    {
        var never = AllBut(Hospitals, [Who.Admin]);
        Who[] workers = [Who.Hospital, Who.Admin];
        foreach (var kind in (string[])["hospital-doctor", "hospital-patient", "doctor-patient", "user-patient"])
        {
            var root = $"{CareCalls.Mappings}/{kind}";
            Func<AccessWorld, Guid> shown = kind == "hospital-doctor" ? world => world.Id(Who.Treating) : Patient;
            yield return new($"GET {root}", Get(world => $"{root}?{CareCalls.Second(kind)}_id={shown(world)}"), [.. Hospitals, Who.Admin], never)
                { Shows = (workers, shown), Absent = 200 };
            yield return new($"GET {root}/{{id:guid}}", async world => new($"{root}/{await NewMappingAsync(world, kind)}"), workers, never);
            yield return new($"DELETE {root}/{{id:guid}}", async world => new($"{root}/{await NewMappingAsync(world, kind)}"), workers, never);
            yield return new($"POST {root}", async world =>
            {
                var (first, second) = await NewTwoAsync(world, kind);
                return new(root, JsonSerializer.SerializeToNode(CareCalls.Body(kind, first, second))!.AsObject());
            }, workers, never) { Elsewhere = 400, Absent = 400 };
        }
    }

    static async Task<Guid> NewMappingAsync(AccessWorld world, string kind)
    {
        var (first, second) = await NewTwoAsync(world, kind);
        return (await world[Who.Admin].MapAsync(kind, first, second)).Id();
    }

    /// <summary>Two whom the patient's hospital may map to each other.</summary>
    static async Task<(Guid First, Guid Second)> NewTwoAsync(AccessWorld world, string kind)
    {
        var somebody = await world.NewAsync(kind switch { "hospital-patient" => "patient", "user-patient" => "user", _ => "doctor" });
        if (kind == "doctor-patient") await world[Who.Admin].MapAsync("hospital-doctor", world.Id(Who.Hospital), somebody);
        return kind is "hospital-doctor" or "hospital-patient" ? (world.Id(Who.Hospital), somebody) : (somebody, Patient(world));
    }

    static Call SignUp(string path, string? role = null)
    {
        var call = new Call(path, new() { ["email"] = $"new-{Guid.CreateVersion7():N}@example.com", ["password"] = Server.Password, ["name"] = "Somebody" });
        if (role is not null) call.Body!["role"] = role;
        return call;
    }

    static Guid Patient(AccessWorld world) => world.Id(Who.Patient);
}
