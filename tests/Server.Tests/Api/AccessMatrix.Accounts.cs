using System.Text.Json.Nodes;

namespace Consilium.Tests.Api;

internal static partial class AccessMatrix
{
    static IEnumerable<AccessRule> Accounts()
    {
        const string one = "/api/v1/users/{id:guid}";
        Who[] everybody = [.. AccessWorld.Everybody];

        foreach (var prefix in (string[])["/auth", "/api/v1/auth"])
        {
            yield return new($"POST {prefix}/login", world => Task.FromResult(new Call(
                $"{prefix}/login", new() { ["username"] = world[Who.User].Email, ["password"] = Server.Password })), everybody, []) { IsOpen = true };
            yield return new($"POST {prefix}/refresh", async world =>
                new($"{prefix}/refresh", new() { ["refresh_token"] = (await world.AskingAsync(Who.User, endsSession: true)).RefreshToken }), everybody, []) { IsOpen = true };
            yield return new($"POST {prefix}/logout", Get(_ => $"{prefix}/logout"), SignedIn, [Who.Program]) { EndsSession = true };
        }
        yield return new("POST /auth/signup", _ => Task.FromResult(SignUp("/auth/signup")), everybody, []) { IsOpen = true };
        yield return new("POST /api/v1/auth/signup", _ => Task.FromResult(SignUp("/api/v1/auth/signup", "staff")), OnlyAdmin, AllBut(OnlyAdmin));
        yield return new("POST /api/v1/auth/change-password", _ => Task.FromResult(new Call(
                "/api/v1/auth/change-password", new() { ["old_password"] = "nobody's plain words", ["new_password"] = "other plain words 8" })), SignedIn, [Who.Program])
            { Answers = 400 }; // the old password is wrong, and everybody keeps theirs
        yield return new("POST /api/v1/auth/stream-tickets", _ => Task.FromResult(new Call("/api/v1/auth/stream-tickets", new() { ["path"] = "/cases/1/events" })),
            SignedIn, [Who.Program]);
        yield return new("GET /.well-known/jwks.json", Get(_ => "/.well-known/jwks.json"), everybody, []) { IsOpen = true };

        yield return new("GET /api/v1/users", Get(_ => "/api/v1/users"), OnlyAdmin, AllBut(OnlyAdmin));
        yield return new("GET /api/v1/users/me", Get(_ => "/api/v1/users/me"), SignedIn, [Who.Program]);
        yield return new("PUT /api/v1/users/me", _ => Task.FromResult(new Call("/api/v1/users/me", [])), SignedIn, [Who.Program]);
        yield return new($"GET {one}", Of("users", Who.Patient), [Who.Patient, Who.Admin], [Who.Program]);
        yield return new($"PUT {one}", world => Task.FromResult(new Call($"/api/v1/users/{Patient(world)}", [])), [Who.Patient, Who.Admin], [Who.Program]);

        yield return new("GET /api/v1/api-keys", Get(_ => "/api/v1/api-keys"), OnlyAdmin, AllBut(OnlyAdmin));
        yield return new("POST /api/v1/api-keys", _ => Task.FromResult(new Call("/api/v1/api-keys", NewKey())), OnlyAdmin, AllBut(OnlyAdmin));
        yield return new("DELETE /api/v1/api-keys/{id:guid}", async world =>
            new($"/api/v1/api-keys/{(await (await world[Who.Admin].PostJsonAsync("/api/v1/api-keys", NewKey())).ShouldAnswerAsync(201)).Id()}"), OnlyAdmin, AllBut(OnlyAdmin));
    }

    /// <summary>What the operators of the installation see and do.</summary>
    static IEnumerable<AccessRule> Administration()
    {
        foreach (var path in (string[])["/health", "/health/live", "/health/ready"])
            yield return new($"GET {path}", Get(_ => path), [.. AccessWorld.Everybody], []) { IsOpen = true };
        foreach (var path in (string[])["/api/v1/audit", "/api/v1/jobs", "/api/v1/jobs/schedules"])
            yield return new($"GET {path}", Get(_ => path), OnlyAdmin, AllBut(OnlyAdmin));
        yield return new("POST /api/v1/jobs/schedules/{kind}/run", Get(_ => "/api/v1/jobs/schedules/accounts.forget_old_access/run"), OnlyAdmin, AllBut(OnlyAdmin));
        yield return new("POST /api/v1/jobs/{id:guid}/retry", async world => new($"/api/v1/jobs/{await DeadJobAsync(world)}/retry"), OnlyAdmin, AllBut(OnlyAdmin));
    }

    static async Task<Guid> DeadJobAsync(AccessWorld world)
    {
        var id = Guid.CreateVersion7();
        await world.Database.ExecuteAsync("INSERT INTO platform.jobs (id, kind, payload, status, run_at) VALUES ($1, 'none', '{}', 'dead', now())", id);
        return id;
    }

    static JsonObject NewKey() => new() { ["name"] = "Program", ["scopes"] = new JsonArray("cases:write") };
}
