using Consilium.Platform.Text;
using Consilium.Tests.Api;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Conversations;

namespace Consilium.Tests.Platform.Json;

/// <summary>A member whose name is nearly one that the route takes does not vanish; what is really unknown is ignored.</summary>
public sealed class MisspeltMembersTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Theory]
    [InlineData("clientToken", "client_token")]
    [InlineData("ClientToken", "client_token")]
    [InlineData("client-token", "client_token")]
    [InlineData("clienttoken", "client_token")]
    [InlineData("CLIENT_TOKEN", "client_token")]
    [InlineData("client_tokn", "client_token")]
    [InlineData("cleint_token", "client_token")]
    [InlineData("clientt_tokenn", "client_token")]
    [InlineData("client_tokens", "client_token")]
    [InlineData("replyTo", "reply_to")]
    [InlineData("reply_too", "reply_to")]
    [InlineData("askAssistant", "ask_assistant")]
    [InlineData("ask_asistant", "ask_assistant")]
    [InlineData("ask_assistent", "ask_assistant")]
    [InlineData("Attachment", "attachment")]
    [InlineData("attachement", "attachment")]
    [InlineData("atachments", "attachments")]
    [InlineData("attach_ments", "attachments")]
    [InlineData("client_token\u200b", "client_token")]
    public async Task A_slip_is_a_400_that_names_the_right_member_and_nothing_is_posted(string given, string meant)
    {
        var id = await server.Owner.OpenCaseAsync();
        foreach (var value in (object?[])["x", 7, true, null, new[] { 1 }, new { a = 1 }])
        {
            var refused = await server.Owner.PostJsonAsync($"/cases/{id}/messages", new Dictionary<string, object?>(StringComparer.Ordinal) { ["content"] = "x", [given] = value });
            var problem = await refused.ShouldBeProblemAsync(400, "validation_failed");
            problem.GetProperty("errors").GetProperty(given)[0].GetString()!.ShouldContain($"{meant}?");
        }
        (await server.Owner.MessagesAsync(id)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Content")]
    [InlineData("contents")]
    [InlineData("conten")]
    [InlineData("contnet")]
    public async Task One_that_is_needed_is_named_as_well(string given)
    {
        var id = await server.Owner.OpenCaseAsync();
        await (await server.Owner.PostJsonAsync($"/cases/{id}/messages", $$"""{"{{given}}":"x"}""")).ShouldRefuseFieldsAsync(given);
    }

    [Theory]
    [InlineData("""{"content":"x","id":1,"seq":7,"status":"closed","sender_role":"staff","sender_id":"y","created_at":5,"metadata":{"client":{"token":1}},"x":null,"":1}""")]
    [InlineData("""{"content":"x","context":"the right one is there","Content":"and so is this","contents":["y"]}""")]
    [InlineData("""{"content":"x","client_token":"t1","clientToken":"t1"}""")]
    [InlineData("""{"content":"x","client_token":null,"clientToken":"t2"}""")]
    [InlineData("""{"content":"x","reply":"no","token":"no","ask":true,"assistant":true,"attach":[],"tokens_client":1}""")]
    public async Task What_is_unknown_and_what_stands_beside_the_right_one_is_ignored(string body)
    {
        var id = await server.Owner.OpenCaseAsync();
        (await (await server.Owner.PostJsonAsync($"/cases/{id}/messages", body)).ShouldAnswerAsync(201)).Text("content").ShouldBe("x");
    }

    [Fact]
    public async Task Short_names_have_no_near_ones()
    {
        using var program = server.Program();
        var id = await program.OpenConversationAsync();
        await (await program.PostJsonAsync($"/conversations/{id}/messages/create", new { text = "x", role = "assistant", test = 1, rule = 2 })).ShouldAnswerAsync(201);
        await (await program.PostJsonAsync($"/conversations/{id}/messages/create", new { test = "x", role = "assistant" })).ShouldBeErrorAsync(400, "validation_failed", "text");
        await (await program.PostJsonAsync("/api/v1/conversations", new { description = "x", titel = "y" })).ShouldBeErrorAsync(400, "validation_failed", "titel");
    }

    [Fact]
    public async Task Members_inside_are_looked_at_too_and_those_that_are_the_senders_own_are_not()
    {
        using var patient = await server.SignedInAsync("patient");
        await (await patient.PutJsonAsync($"/api/v1/patients/{patient.UserId}", """{"medical_info":{"allergy":["dust"]}}""")).ShouldRefuseFieldsAsync("medical_info.allergy");
        await (await patient.PutJsonAsync($"/api/v1/patients/{patient.UserId}", """{"medicalInfo":{"allergies":["dust"]}}""")).ShouldRefuseFieldsAsync("medicalInfo");
        await (await server.Admin.PostJsonAsync("/api/v1/config", """{"key":"slips.map","value":{"Value":1,"Keys":{"profiles":2}}}""")).ShouldAnswerAsync(201);
        await (await server.Admin.PostJsonAsync("/api/v1/config", """{"key":"slips.secret","value":1,"isEncrypted":true}""")).ShouldRefuseFieldsAsync("isEncrypted");
    }

    [Fact]
    public async Task Nobody_becomes_more_by_what_is_ignored()
    {
        using var anyone = server.Anonymous();
        var created = await (await anyone.PostJsonAsync("/auth/signup",
            new { email = "more@example.com", password = "password1", role = "admin", is_admin = true, is_active = false, id = Guid.Empty, scopes = new[] { "all" } })).ShouldAnswerAsync(201);
        created.Text("role").ShouldBe("user");
    }

    [Fact]
    public async Task Whoever_may_not_post_is_told_so_and_not_how_to_spell()
    {
        var id = await server.Owner.OpenCaseAsync();
        await (await server.Doctor.PostJsonAsync($"/cases/{id}/messages", """{"content":"x","clientToken":"t"}""")).ShouldBeProblemAsync(403, "forbidden");
        using var program = server.Program();
        await (await program.PostJsonAsync($"/conversations/{Guid.CreateVersion7()}/messages/create", """{"Text":"x"}""")).ShouldBeErrorAsync(404, "not_found");
    }

    /// <summary>So that a client can send back what it was shown.</summary>
    [Fact]
    public async Task No_member_of_an_answer_is_nearly_one_that_a_request_takes()
    {
        // Of a session, a problem, the heading of a list, the trail, an event and the signing keys: nobody sends these to a route that takes the other.
        (string Shown, string Taken)[] known =
        [
            ("expires_in", "expires_at"), ("detail", "details"), ("reasons", "reason"), ("actor_id", "doctor_id"), ("attachment_id", "attachments"), ("keys", "key"),
        ];
        using var anyone = server.Anonymous();
        var schemas = (await anyone.GetJsonAsync("/openapi/v1.json")).GetProperty("components").GetProperty("schemas").EnumerateObject().ToList();
        var shown = schemas.Where(schema => !schema.Name.EndsWith("Request", StringComparison.Ordinal) && schema.Value.TryGetProperty("properties", out _))
            .SelectMany(schema => schema.Value.GetProperty("properties").EnumerateObject()).Select(property => property.Name).Distinct().ToList();
        shown.Count.ShouldBeGreaterThan(100);

        var near = new HashSet<(string, string)>();
        foreach (var route in Route.Of(server))
            foreach (var name in shown.Where(name => !route.BodyMembers.ContainsKey(name)))
                if (SimilarNames.Meant(name, route.BodyMembers.Keys) is { } meant) near.Add((name, meant));

        near.Except(known).ShouldBeEmpty("A client that sends these back gets a 400: find other names, or say above why none does.");
        known.Except(near).ShouldBeEmpty("These are no longer nearly alike: take them out of the list above.");
    }

    [Fact]
    public async Task A_body_of_nothing_but_unknown_members_is_answered_at_once()
    {
        var id = await server.Owner.OpenCaseAsync();
        var body = $$"""{"content":"x",{{string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"zlient_{i % 10}oken{i}\":0"))}}}""";
        body.Length.ShouldBeLessThan(512 * 1024);
        await (await server.Owner.PostJsonAsync($"/cases/{id}/messages", body)).ShouldAnswerAsync(201).WaitAsync(TimeSpan.FromSeconds(10));
    }
}
