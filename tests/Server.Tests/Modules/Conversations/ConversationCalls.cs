using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Conversations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Consilium.Tests.Modules.Conversations;

/// <summary>What programs do at this door, when it must succeed.</summary>
internal static class ConversationCalls
{
    public const string Root = "/conversations";

    /// <summary>Both addresses of the door.</summary>
    public static readonly string[] Roots = [Root, "/api/v1/conversations"];

    /// <summary>How long an answer may take on a busy machine.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A program with the demo key.</summary>
    public static Client Program(this Server server) => Client.WithKey(server.Address, DemoApiKey.Key);

    /// <summary>A program with a new key of this scope.</summary>
    public static async Task<Client> ProgramAsync(this Server server, string scope)
    {
        using var admin = await server.SignInAsync(DemoAccounts.Admin.Email, DemoAccounts.Admin.Password);
        var made = await (await admin.PostJsonAsync("/api/v1/api-keys", new { name = "Program", scopes = new[] { scope } })).ShouldAnswerAsync(201);
        return Client.WithKey(server.Address, made.Text("key")!);
    }

    public static async Task<Guid> OpenConversationAsync(this Client program, string description = "Questions about an invoice.", string? title = null) =>
        (await (await program.PostJsonAsync(Root, new { description, title })).ShouldAnswerAsync(201)).Id("conversation_id");

    public static async Task<JsonElement> SayInAsync(this Client program, Guid id, string text, string role = "user") =>
        await (await program.PostJsonAsync($"{Root}/{id}/messages/create", new { text, role })).ShouldAnswerAsync(201);

    public static async Task<List<JsonElement>> ResultsAsync(this Client reader, Guid id, string query = "page_size=100") =>
        [.. (await reader.GetJsonAsync($"{Root}/{id}/messages?{query}")).GetProperty("results").EnumerateArray()];

    /// <summary>Waits for the assistant's messages; returns their texts.</summary>
    public static async Task<List<string?>> AnswersAsync(this Client reader, Guid id, int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var answers = await reader.ResultsAsync(id, "role=assistant&page_size=100");
            if (answers.Count >= count) return [.. answers.Select(a => a.Text("text"))];
            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>The answer to a request whose like with the same <c>Idempotency-Key</c> is still at work.</summary>
    public static async Task<HttpResponseMessage> InFlightAsync(this Client program, Server server)
    {
        // The first holds the lock on its key while it waits for the thread, which this transaction holds.
        var id = await program.OpenConversationAsync();
        await using var connection = await server.Database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand("SELECT 1 FROM threads.threads WHERE id = $1 FOR UPDATE", connection) { Parameters = { new() { Value = id } } })
            await hold.ExecuteNonQueryAsync();

        var first = PostAsync();
        const string held = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";
        using var patience = new CancellationTokenSource(Patience);
        while (!await server.Database.ScalarAsync<bool>(held)) await Task.Delay(5, patience.Token);
        var second = await PostAsync();
        await transaction.CommitAsync();
        await (await first).ShouldAnswerAsync(201);
        return second;

        Task<HttpResponseMessage> PostAsync() =>
            program.PostJsonAsync($"{Root}/{id}/messages/create", new { text = "x", role = "assistant" }, ("Idempotency-Key", "busy"));
    }

    /// <summary>A server on which this door, and nothing else, always fails.</summary>
    public static Task<Server> StartBrokenAsync(Func<Exception> fault) =>
        Server.StartAsync(services: services => services.AddScoped<ConversationAccess>(_ => throw fault()));

    /// <summary>The answer must be an error in this door's shape. Returns it.</summary>
    public static async Task<JsonElement> ShouldBeErrorAsync(this HttpResponseMessage response, int status, string word, params string[] fields)
    {
        var error = await response.ShouldAnswerAsync(status);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/json");
        error.EnumerateObject().Select(member => member.Name).ShouldBe(["status", "error", "code", "message", "details", "trace_id"]);
        error.Text("status").ShouldBe("error");
        error.Text("error").ShouldBe(word, error.ToString());
        error.Number("code").ShouldBe(status);
        error.Text("message").ShouldNotBeNullOrWhiteSpace();
        error.Text("trace_id").ShouldNotBeNull().Length.ShouldBe(32);
        var details = error.GetProperty("details");
        details.EnumerateObject().Select(field => field.Name).ShouldBe(fields, ignoreOrder: true, error.ToString());
        foreach (var field in details.EnumerateObject()) field.Value.EnumerateArray().Select(text => text.GetString()).ShouldAllBe(text => text!.Length > 0);
        return error;
    }
}
