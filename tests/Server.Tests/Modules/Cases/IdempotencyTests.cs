namespace Consilium.Tests.Modules.Cases;

/// <summary><c>Idempotency-Key</c> on the routes of cases.</summary>
public sealed class IdempotencyTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public async Task A_repeated_request_is_answered_byte_for_byte_as_the_first()
    {
        var id = await server.Owner.OpenCaseAsync();
        var first = await PostAsync(server.Owner, id, "k", "Hello  😀");
        await server.Staff.SayAsync(id, "In between");
        await (await server.Owner.TryEditAsync(id, (await first.ShouldAnswerAsync(201)).Id(), "Changed since")).ShouldAnswerAsync(200);

        var again = await PostAsync(server.Owner, id, "k", "Hello  😀");

        again.StatusCode.ShouldBe(first.StatusCode);
        again.Headers.Location.ShouldBe(first.Headers.Location);
        again.Content.Headers.ContentType.ShouldBe(first.Content.Headers.ContentType);
        (await again.Content.ReadAsByteArrayAsync()).ShouldBe(await first.Content.ReadAsByteArrayAsync());
        (await server.Owner.MessagesAsync(id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_changed_body_is_refused_and_other_callers_and_routes_have_keys_of_their_own()
    {
        var (id, other) = (await server.Owner.OpenCaseAsync(), await server.Owner.OpenCaseAsync());
        await (await PostAsync(server.Owner, id, "k", "One")).ShouldAnswerAsync(201);

        await (await PostAsync(server.Owner, id, "k", "Two")).ShouldBeProblemAsync(422, "idempotency_key_reused");
        (await (await PostAsync(server.Owner, other, "k", "Two")).ShouldAnswerAsync(201)).Text("content").ShouldBe("Two");
        (await (await PostAsync(server.Staff, id, "k", "Three")).ShouldAnswerAsync(201)).Text("content").ShouldBe("Three");
        (await server.Owner.MessagesAsync(id)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Twenty_equal_requests_at_once_have_one_effect()
    {
        var id = await server.Owner.OpenCaseAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync(server.Owner, id, "burst", "Once")));

        var made = new HashSet<string>();
        foreach (var answer in answers)
            if ((int)answer.StatusCode == 201) made.Add(await answer.Content.ReadAsStringAsync());
            else await answer.ShouldBeProblemAsync(409, "idempotency_in_flight");
        made.ShouldHaveSingleItem();
        (await server.Owner.MessagesAsync(id)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Opening_a_case_twice_under_one_key_opens_one()
    {
        using var user = await server.SignedInAsync("user");
        async Task<string> OpenAsync() =>
            (await (await user.PostJsonAsync("/cases", new { issue_description = "x" }, ("Idempotency-Key", "open"))).ShouldAnswerAsync(201)).GetRawText();

        (await OpenAsync()).ShouldBe(await OpenAsync());

        (await user.GetJsonAsync("/cases")).Items().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_refusal_is_not_kept_so_that_the_same_key_may_try_again()
    {
        var id = await server.Owner.OpenCaseAsync();
        await server.Owner.PutAsync(id, "close");
        await (await PostAsync(server.Owner, id, "k", "Hello")).ShouldBeProblemAsync(409, "case_closed");
        await server.Owner.PutAsync(id, "reopen");

        await (await PostAsync(server.Owner, id, "k", "Hello")).ShouldAnswerAsync(201);
        (await server.Owner.MessagesAsync(id)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Retracting_purges_the_stored_answers_and_a_late_repetition_posts_nothing_again()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await (await PostAsync(server.Owner, id, "k", "Regretted")).ShouldAnswerAsync(201);
        var edit = $"{CaseServer.Root}/{id}/messages/{message.Id()}/edit";
        await (await server.Owner.PostJsonAsync(edit, new { content = "Still regretted" }, ("Idempotency-Key", "e"))).ShouldAnswerAsync(200);

        await server.Owner.RetractAsync(id, message.Id());

        await (await PostAsync(server.Owner, id, "k", "Regretted")).ShouldBeProblemAsync(410, "gone");
        await (await server.Owner.PostJsonAsync(edit, new { content = "Still regretted" }, ("Idempotency-Key", "e")))
            .ShouldBeProblemAsync(410, "gone");
        (await server.Owner.MessagesAsync(id)).ShouldHaveSingleItem().Text("content").ShouldBe("");
        (await server.Database.ColumnAsync<string>("SELECT convert_from(body, 'UTF8') FROM platform.idempotency_keys WHERE resource_id = $1", message.Id()))
            .ShouldBe(["", ""]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    [InlineData("256")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        var id = await server.Owner.OpenCaseAsync();
        await (await PostAsync(server.Owner, id, key == "256" ? new string('k', 256) : key, "Hello")).ShouldRefuseFieldsAsync("Idempotency-Key");
        (await server.Owner.MessagesAsync(id)).ShouldBeEmpty();
    }

    static Task<HttpResponseMessage> PostAsync(Client sender, Guid id, string key, string content) =>
        sender.TrySayAsync(id, content, headers: ("Idempotency-Key", key));
}
