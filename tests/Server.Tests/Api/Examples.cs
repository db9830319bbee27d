using System.Text.Json.Nodes;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Conversations;
using Consilium.Tests.Modules.Tickets;

namespace Consilium.Tests.Api;

/// <summary>A request that its route takes: everything wrong with an attack is the one thing that differs from it.</summary>
/// <param name="Body">The least that is needed.</param>
internal sealed record Example(Client Caller, string Path, JsonObject? Body = null)
{
    /// <summary>The status of the good request, where it is no success.</summary>
    public int Answers { get; init; } = 200;

    /// <summary>Whether what it names is for everybody who is signed in to see.</summary>
    public bool IsForAll { get; init; }

    /// <summary>The body of a route that takes no JSON, made anew for each request.</summary>
    public Func<HttpContent>? Form { get; init; }
}

/// <summary>
/// One good request for every route. A route that is added to the server and not here fails the test: say here who may call it and with
/// what; the attacks follow from the route's own description.
/// </summary>
internal static partial class Examples
{
    public static Dictionary<string, Func<CaseServer, Task<Example>>> All { get; } = Build();

    static Dictionary<string, Func<CaseServer, Task<Example>>> Build()
    {
        var all = new Dictionary<string, Func<CaseServer, Task<Example>>>(StringComparer.Ordinal);
        string[] open =
        [
            "/", "/health", "/health/live", "/health/ready", "/.well-known/jwks.json", "/openapi/v1.json", "/openapi.json",
            "/api/v1/openapi.json", "/docs", "/api/v1/docs", "/docs/start.js",
            "/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/redoc", "/api/v1/redoc", "/redoc/redoc.standalone.js",
        ];
        foreach (var path in open)
            all[$"GET {path}"] = s => Example(s.Owner, path);
        Accounts(all);
        Jobs(all);
        foreach (var root in (string[])["/cases", "/api/v1/cases"]) Cases(all, root);
        foreach (var root in (string[])["/tickets", "/api/v1/tickets"]) Tickets(all, root);
        Files(all);
        foreach (var root in ConversationCalls.Roots) Conversations(all, root);
        Profiles(all);
        Mappings(all);
        Records(all);
        RecordSearch(all);
        Appointments(all);
        Security(all);
        Settings(all);
        ConfigFiles(all);
        return all;
    }

    static void Accounts(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        const string password = "several plain words 7";
        foreach (var prefix in (string[])["/auth", "/api/v1/auth"])
        {
            all[$"POST {prefix}/login"] = s => Example(s.Owner, $"{prefix}/login", new() { ["username"] = s.Owner.Email, ["password"] = password });
            all[$"POST {prefix}/refresh"] = async s =>
                new(s.Owner, $"{prefix}/refresh", new() { ["refresh_token"] = (await OneAsync(s)).RefreshToken });
            all[$"POST {prefix}/logout"] = async s => new(await OneAsync(s), $"{prefix}/logout");
        }
        all["POST /auth/signup"] = s => Example(s.Owner, "/auth/signup", new() { ["email"] = NewEmail(), ["password"] = password });
        all["POST /api/v1/auth/signup"] = s =>
            Example(s.Admin, "/api/v1/auth/signup", new() { ["email"] = NewEmail(), ["password"] = password, ["role"] = "staff" });
        all["POST /api/v1/auth/change-password"] = async s =>
            new(await OneAsync(s), "/api/v1/auth/change-password", new() { ["old_password"] = password, ["new_password"] = "other plain words 8" });
        all["POST /api/v1/auth/stream-tickets"] = s => Example(s.Owner, "/api/v1/auth/stream-tickets", new() { ["path"] = "/cases/1/events" });
        all["GET /api/v1/users"] = s => Example(s.Admin, "/api/v1/users");
        all["GET /api/v1/users/me"] = s => Example(s.Owner, "/api/v1/users/me");
        all["PUT /api/v1/users/me"] = s => Example(s.Owner, "/api/v1/users/me", []);
        all["GET /api/v1/users/{id:guid}"] = s => Example(s.Admin, $"/api/v1/users/{s.Owner.UserId}");
        all["PUT /api/v1/users/{id:guid}"] = s => Example(s.Admin, $"/api/v1/users/{s.Owner.UserId}", []);
        all["GET /api/v1/api-keys"] = s => Example(s.Admin, "/api/v1/api-keys");
        all["POST /api/v1/api-keys"] = s =>
            Example(s.Admin, "/api/v1/api-keys", new() { ["name"] = "Program", ["scopes"] = new JsonArray("cases:write") });
        all["DELETE /api/v1/api-keys/{id:guid}"] = async s => new(s.Admin, $"/api/v1/api-keys/{await KeyAsync(s)}");
    }

    static void Jobs(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        all["GET /api/v1/jobs"] = s => Example(s.Admin, "/api/v1/jobs");
        all["GET /api/v1/jobs/schedules"] = s => Example(s.Admin, "/api/v1/jobs/schedules");
        all["POST /api/v1/jobs/schedules/{kind}/run"] = s => Example(s.Admin, "/api/v1/jobs/schedules/accounts.forget_old_access/run");
        all["GET /api/v1/audit"] = s => Example(s.Admin, "/api/v1/audit");
        all["POST /api/v1/jobs/{id:guid}/retry"] = async s =>
        {
            var id = Guid.CreateVersion7();
            await s.Database.ExecuteAsync(
                "INSERT INTO platform.jobs (id, kind, payload, status, run_at) VALUES ($1, 'none', '{}', 'dead', now() + interval '1 day')", id);
            return new(s.Admin, $"/api/v1/jobs/{id}/retry");
        };
    }

    static void Files(Dictionary<string, Func<CaseServer, Task<Example>>> all)
    {
        all["GET /api/v1/files/{id:guid}"] = async s => new(s.Owner, await FileAsync(s));
        all["GET /api/v1/files/{id:guid}/text"] = async s => new(s.Owner, await FileAsync(s) + "/text");
        all["GET /api/v1/files/{id:guid}/thumbnail"] = async s => new(s.Owner, await FileAsync(s) + "/thumbnail") { Answers = 404 }; // a note has none
    }

    static void Cases(Dictionary<string, Func<CaseServer, Task<Example>>> all, string root)
    {
        var one = $"{root}/{{id:guid}}";
        var message = $"{one}/messages/{{messageId:guid}}";
        all[$"GET {root}"] = s => Example(s.Owner, root);
        all[$"POST {root}"] = s => Example(s.Owner, root, new() { ["issue_description"] = "x" });
        all[$"GET {root}/user/{{userId:guid}}"] = s => Example(s.Owner, $"{root}/user/{s.Owner.UserId}");
        all[$"GET {one}"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenCaseAsync()}");
        all[$"PUT {one}/close"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenCaseAsync()}/close");
        all[$"PUT {one}/reopen"] = async s =>
        {
            var id = await s.Owner.OpenCaseAsync();
            await s.Owner.PutAsync(id, "close");
            return new(s.Owner, $"{root}/{id}/reopen");
        };
        all[$"PUT {one}/assign"] = async s => new(s.Staff, $"{root}/{await s.Owner.OpenCaseAsync()}/assign", new() { ["assignee_id"] = null });
        all[$"PUT {one}/assistant"] = async s => new(s.Staff, $"{root}/{await s.Owner.OpenCaseAsync()}/assistant", new() { ["mode"] = "off" });
        all[$"PUT {one}/read"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenCaseAsync()}/read", new() { ["seq"] = 1 });
        all[$"GET {one}/messages"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenCaseAsync()}/messages");
        all[$"POST {one}/messages"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenCaseAsync()}/messages", new() { ["content"] = "x" });
        all[$"PATCH {message}"] = async s => new(s.Owner, await MessageAsync(s, root), new() { ["content"] = "y" });
        all[$"POST {message}/edit"] = async s => new(s.Owner, await MessageAsync(s, root) + "/edit", new() { ["content"] = "y" });
        all[$"DELETE {message}"] = async s => new(s.Owner, await MessageAsync(s, root));
        all[$"POST {one}/attachments"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenCaseAsync()}/attachments") { Form = Note };
        all[$"GET {message}/attachments"] = async s => new(s.Owner, await MessageAsync(s, root) + "/attachments");
        all[$"GET {message}/versions"] = async s => new(s.Staff, await MessageAsync(s, root) + "/versions");
        all[$"GET {one}/events"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenCaseAsync()}/events");
        all[$"GET {one}/ws"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenCaseAsync()}/ws") { Answers = 400 };
    }

    static void Tickets(Dictionary<string, Func<CaseServer, Task<Example>>> all, string root)
    {
        var one = $"{root}/{{id:guid}}";
        all[$"GET {root}"] = s => Example(s.Owner, root);
        all[$"POST {root}"] = s => Example(s.Owner, root, new() { ["title"] = "Pump", ["description"] = "It shows E4." });
        all[$"GET {one}"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenTicketAsync()}");
        all[$"GET {one}/messages"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenTicketAsync()}/messages");
        all[$"POST {one}/messages"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenTicketAsync()}/messages", new() { ["content"] = "x" });
        all[$"POST {one}/attachments"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenTicketAsync()}/attachments") { Form = Note };
        all[$"PUT {one}/status"] = async s => new(s.Staff, $"{root}/{await s.Owner.OpenTicketAsync()}/status", new() { ["status"] = "resolved" });
        all[$"GET {one}/events"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenTicketAsync()}/events");
        all[$"GET {one}/ws"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenTicketAsync()}/ws") { Answers = 400 };
        all[$"GET {one}/ai-response"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenTicketAsync()}/ai-response");
        all[$"DELETE {one}/ai-response"] = async s => new(s.Owner, $"{root}/{await s.Owner.OpenTicketAsync()}/ai-response");
    }

    static void Conversations(Dictionary<string, Func<CaseServer, Task<Example>>> all, string root)
    {
        var one = $"{root}/{{id:guid}}";
        all[$"POST {root}"] = s => Example(Program(s), root, new() { ["description"] = "x" });
        all[$"GET {one}"] = async s => new(s.Anonymous(), $"{root}/{await OpenAsync(s)}");
        all[$"DELETE {one}/delete"] = async s => new(Program(s), $"{root}/{await OpenAsync(s)}/delete");
        all[$"GET {one}/messages"] = async s => new(s.Anonymous(), $"{root}/{await OpenAsync(s)}/messages");
        all[$"POST {one}/messages/create"] = async s =>
            new(Program(s), $"{root}/{await OpenAsync(s)}/messages/create", new() { ["text"] = "x", ["role"] = "assistant" });
        all[$"DELETE {one}/messages/{{messageId:guid}}"] = async s =>
        {
            var id = await OpenAsync(s);
            return new(Program(s), $"{root}/{id}/messages/{(await Program(s).SayInAsync(id, "x", "assistant")).Id("message_id")}");
        };

        static Client Program(CaseServer server) => server.Program();
        static Task<Guid> OpenAsync(CaseServer server) => Program(server).OpenConversationAsync();
    }

    static async Task<string> FileAsync(CaseServer server) => $"/api/v1/files/{await server.Owner.UploadAsync(await server.Owner.OpenCaseAsync())}";

    static MultipartFormDataContent Note() => new() { { new ByteArrayContent("A note"u8.ToArray()) { Headers = { ContentType = new("text/plain") } }, "file", "note.txt" } };

    static Task<Example> Example(Client caller, string path, JsonObject? body = null) => Task.FromResult(new Example(caller, path, body));

    /// <summary>Somebody whose session or password the good request uses up.</summary>
    static Task<Client> OneAsync(CaseServer server) => server.SignedInAsync("user");

    static string NewEmail() => $"new-{Guid.CreateVersion7():N}@example.com";

    static async Task<string> MessageAsync(CaseServer server, string root)
    {
        var id = await server.Owner.OpenCaseAsync();
        return $"{root}/{id}/messages/{(await server.Owner.SayAsync(id, "x")).Id()}";
    }

    static async Task<Guid> KeyAsync(CaseServer server) =>
        (await (await server.Admin.PostJsonAsync("/api/v1/api-keys", new { name = "Program", scopes = new[] { "cases:write" } }))
            .ShouldAnswerAsync(201)).Id();
}
