using System.Text.Json.Nodes;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Conversations;
using Consilium.Tests.Modules.Records;
using Consilium.Tests.Modules.Tickets;

namespace Consilium.Tests.Api;

internal static partial class AccessMatrix
{
    static IEnumerable<AccessRule> Cases()
    {
        foreach (var root in (string[])["/cases", "/api/v1/cases"])
        {
            var one = $"{root}/{{id:guid}}";
            var message = $"{one}/messages/{{messageId:guid}}";
            yield return new($"GET {root}", Get(_ => $"{root}?limit=200"), [.. Customers, .. StaffAndAdmin], NeverAtDoors) { Shows = (DoorReaders, world => world.CaseId) };
            yield return new($"POST {root}", _ => Task.FromResult(new Call(root, new() { ["issue_description"] = "x" })), Customers, NeverAtDoors)
                { Elsewhere = 400 }; // those who work with cases say whose it is
            yield return new($"POST {root}", world => Task.FromResult(new Call(root, new() { ["issue_description"] = "x", ["owner_id"] = $"{Patient(world)}" })), DoorReaders, NeverAtDoors)
                { Case = "for the patient", Elsewhere = 400, Absent = 400 };
            yield return new($"GET {root}/user/{{userId:guid}}", Get(world => $"{root}/user/{Patient(world)}?limit=200"), DoorReaders, NeverAtDoors)
                { Shows = (DoorReaders, world => world.CaseId), EmptyOfNobody = StaffAndAdmin };
            yield return new($"GET {one}", Get(world => $"{root}/{world.CaseId}"), DoorReaders, NeverAtDoors);
            yield return new($"PUT {one}/close", Case(root, "/close"), DoorReaders, NeverAtDoors);
            yield return new($"PUT {one}/reopen", async world =>
            {
                var id = await world[Who.Patient].OpenCaseAsync();
                await world[Who.Patient].PutAsync(id, "close");
                return new($"{root}/{id}/reopen");
            }, DoorReaders, NeverAtDoors);
            yield return new($"PUT {one}/assign", Case(root, "/assign", () => new() { ["assignee_id"] = null }), StaffAndAdmin, AllBut(StaffAndAdmin));
            yield return new($"PUT {one}/assistant", Case(root, "/assistant", () => new() { ["mode"] = "off" }), StaffAndAdmin, AllBut(StaffAndAdmin));
            yield return new($"PUT {one}/read", Case(root, "/read", () => new() { ["seq"] = 1 }), DoorReaders, NeverAtDoors);
            yield return new($"GET {one}/messages", Get(world => $"{root}/{world.CaseId}/messages"), DoorReaders, NeverAtDoors);
            yield return new($"POST {one}/messages", Case(root, "/messages", () => new() { ["content"] = "x", ["ask_assistant"] = false }), DoorReaders, NeverAtDoors)
                { TakesKeysOf = [Who.WrongProgram] };
            yield return new($"POST {one}/attachments", async world => new($"{root}/{await world[Who.Patient].OpenCaseAsync()}/attachments") { Form = _ => NoteForm() },
                DoorReaders, NeverAtDoors);
            yield return new($"GET {one}/events", Get(world => $"{root}/{world.CaseId}/events"), DoorReaders, NeverAtDoors);
            yield return new($"GET {one}/ws", Get(world => $"{root}/{world.CaseId}/ws"), DoorReaders, NeverAtDoors) { Answers = 101 };
            yield return new($"PATCH {message}", Message(root, "", () => new() { ["content"] = "y" }), [Who.Patient], NeverAtDoors);
            yield return new($"POST {message}/edit", Message(root, "/edit", () => new() { ["content"] = "y" }), [Who.Patient], NeverAtDoors);
            yield return new($"DELETE {message}", Message(root, ""), [Who.Patient, Who.Admin], NeverAtDoors);
            yield return new($"GET {message}/attachments", Message(root, "/attachments"), DoorReaders, NeverAtDoors);
            yield return new($"GET {message}/versions", Message(root, "/versions"), StaffAndAdmin, AllBut(StaffAndAdmin));
        }
        foreach (var (part, status) in ((string, int)[])[("", 200), ("/text", 200), ("/thumbnail", 404)]) // a note has none
            yield return new($"GET /api/v1/files/{{id:guid}}{part}", Get(world => $"/api/v1/files/{world.FileId}{part}"), DoorReaders, [Who.Program]) { Answers = status };
    }

    static IEnumerable<AccessRule> Tickets()
    {
        foreach (var root in (string[])["/tickets", "/api/v1/tickets"])
        {
            var one = $"{root}/{{id:guid}}";
            yield return new($"GET {root}", Get(_ => $"{root}?limit=200"), [.. Customers, .. StaffAndAdmin], NeverAtDoors) { Shows = (DoorReaders, world => world.TicketId) };
            yield return new($"POST {root}", _ => Task.FromResult(new Call(root, new() { ["title"] = "Pump", ["description"] = "It shows E4." })), Customers, AllBut(Customers));
            foreach (var part in (string[])["", "/messages", "/events", "/ai-response"])
                yield return new($"GET {one}{part}", Get(world => $"{root}/{world.TicketId}{part}"), DoorReaders, NeverAtDoors);
            yield return new($"GET {one}/ws", Get(world => $"{root}/{world.TicketId}/ws"), DoorReaders, NeverAtDoors) { Answers = 101 };
            yield return new($"POST {one}/messages", Ticket(root, "/messages", () => new() { ["content"] = "x" }), DoorReaders, NeverAtDoors);
            yield return new($"POST {one}/attachments", async world => new($"{root}/{await world[Who.Patient].OpenTicketAsync()}/attachments") { Form = _ => NoteForm() },
                DoorReaders, NeverAtDoors);
            yield return new($"PUT {one}/status", Ticket(root, "/status", () => new() { ["status"] = "closed" }), DoorReaders, NeverAtDoors);
            yield return new($"DELETE {one}/ai-response", Ticket(root, "/ai-response"), DoorReaders, NeverAtDoors);
        }
    }

    static IEnumerable<AccessRule> Conversations()
    {
        var people = AllBut();
        Who[] everybody = [.. AccessWorld.Everybody];
        foreach (var root in ConversationCalls.Roots)
        {
            var one = $"{root}/{{id:guid}}";
            yield return new($"POST {root}", _ => Task.FromResult(new Call(root, new() { ["description"] = "x" })), [Who.Bot], people);
            foreach (var part in (string[])["", "/messages"])
                yield return new($"GET {one}{part}", async world => new($"{root}/{await world[Who.Bot].OpenConversationAsync()}{part}"), everybody, []) { IsOpen = true };
            yield return new($"DELETE {one}/delete", async world => new($"{root}/{await world[Who.Bot].OpenConversationAsync()}/delete"), [Who.Bot], people);
            yield return new($"POST {one}/messages/create", async world => new(
                $"{root}/{await world[Who.Bot].OpenConversationAsync()}/messages/create", new() { ["text"] = "x", ["role"] = "assistant" }), [Who.Bot], people);
            yield return new($"DELETE {one}/messages/{{messageId:guid}}", async world =>
            {
                var id = await world[Who.Bot].OpenConversationAsync();
                return new($"{root}/{id}/messages/{(await world[Who.Bot].SayInAsync(id, "x", "assistant")).Id("message_id")}");
            }, [Who.Bot], people);
        }
    }

    static Func<AccessWorld, Task<Call>> Case(string root, string rest, Func<JsonObject>? body = null) => async world =>
        new($"{root}/{await world[Who.Patient].OpenCaseAsync()}{rest}", body?.Invoke());

    static Func<AccessWorld, Task<Call>> Message(string root, string rest, Func<JsonObject>? body = null) => async world =>
        new($"{root}/{world.CaseId}/messages/{(await world[Who.Patient].SayAsync(world.CaseId, "x")).Id()}{rest}", body?.Invoke());

    static Func<AccessWorld, Task<Call>> Ticket(string root, string rest, Func<JsonObject>? body = null) => async world =>
        new($"{root}/{await world[Who.Patient].OpenTicketAsync()}{rest}", body?.Invoke());

    static MultipartFormDataContent NoteForm() => DocumentCalls.Form(Note, "note.txt");
}
