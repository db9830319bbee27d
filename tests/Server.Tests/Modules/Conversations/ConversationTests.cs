namespace Consilium.Tests.Modules.Conversations;

public sealed class ConversationTests(Server server) : IClassFixture<Server>
{
    const string Root = ConversationCalls.Root;

    readonly Client program = server.Program();
    readonly Client anyone = server.Anonymous();

    [Theory]
    [InlineData(Root)]
    [InlineData(Root + "/")]
    [InlineData("/api/v1/conversations")]
    [InlineData("/api/v1/conversations/")]
    public async Task A_conversation_is_created_and_can_be_read_by_its_address(string path)
    {
        var response = await program.PostJsonAsync(path, new { title = " Invoice ", description = "\n Questions  about an invoice.\t" });
        var created = await response.ShouldAnswerAsync(201);

        created.EnumerateObject().Select(member => member.Name).ShouldBe(["conversation_id", "title", "description", "date_created", "date_updated"]);
        created.Text("title").ShouldBe("Invoice");
        created.Text("description").ShouldBe("Questions  about an invoice.");
        created.Text("date_updated").ShouldBe(created.Text("date_created"));
        response.Headers.Location!.ToString().ShouldBe($"{path.TrimEnd('/')}/{created.Id("conversation_id")}");
        foreach (var address in ConversationCalls.Roots.SelectMany(root => (string[])[$"{root}/{created.Id("conversation_id")}", $"{root}/{created.Id("conversation_id")}/"]))
            (await anyone.GetJsonAsync(address)).ToString().ShouldBe(created.ToString());
    }

    [Theory]
    [InlineData("""{"description":"x"}""")]
    [InlineData("""{"description":"x","title":null}""")]
    [InlineData("""{"description":"x","title":"  "}""")]
    public async Task A_title_is_optional(string body) =>
        (await (await program.PostJsonAsync(Root, body)).ShouldAnswerAsync(201)).Text("title").ShouldBeNull();

    [Fact]
    public async Task What_is_not_in_the_document_is_ignored()
    {
        var body = """{"description":"x","conversation_id":"0199c0de-7a00-7000-8000-000000000001","status":"closed","date_created":5}""";
        (await (await program.PostJsonAsync(Root, body)).ShouldAnswerAsync(201)).Text("conversation_id").ShouldNotBe("0199c0de-7a00-7000-8000-000000000001");
    }

    [Fact]
    public async Task Lengths_count_characters_and_not_units_of_an_encoding()
    {
        await (await program.PostJsonAsync(Root, new { description = string.Concat(Enumerable.Repeat("😀", 500)), title = new string('語', 200) })).ShouldAnswerAsync(201);
        await (await program.PostJsonAsync(Root, new { description = new string('x', 501), title = new string('x', 201) }))
            .ShouldBeErrorAsync(400, "validation_failed", "description", "title");
    }

    [Theory]
    [InlineData("{}", "description")]
    [InlineData("""{"description":null}""", "description")]
    [InlineData("""{"description":""}""", "description")]
    [InlineData("""{"description":" \u2003\n"}""", "description")]
    [InlineData("""{"description":5}""", "description")]
    [InlineData("""{"description":"x","title":["y"]}""", "title")]
    [InlineData("[]", "$")]
    [InlineData("null", "$")]
    public async Task A_wrong_body_is_400_with_details(string body, string field) =>
        await (await program.PostJsonAsync(Root, body)).ShouldBeErrorAsync(400, "validation_failed", field);

    [Fact]
    public async Task The_same_key_and_body_create_one_conversation()
    {
        (string, string) key = ("Idempotency-Key", $"{Guid.CreateVersion7()}");
        var first = await (await program.PostJsonAsync(Root, new { description = "Once" }, key)).ShouldAnswerAsync(201);
        var second = await (await program.PostJsonAsync(Root + "/", new { description = "Once" }, key)).ShouldAnswerAsync(201);

        second.ToString().ShouldBe(first.ToString());
        await (await program.PostJsonAsync(Root, new { description = "Twice" }, key)).ShouldBeErrorAsync(422, "idempotency_key_reused");
        await (await program.PostJsonAsync(Root, new { description = "Twice" }, ("Idempotency-Key", new string('x', 256))))
            .ShouldBeErrorAsync(400, "validation_failed", "Idempotency-Key");
    }

    [Theory]
    [InlineData("INVOICE", true)]
    [InlineData("größe", true)]
    [InlineData("ЖУРНАЛ", true)]
    [InlineData("about an", true)]
    [InlineData("", true)]
    [InlineData("%", false)]
    [InlineData("_nvoice", false)]
    [InlineData("\\", false)]
    [InlineData("receipt", false)]
    public async Task Q_finds_a_part_of_title_or_description_in_any_case(string q, bool found)
    {
        var id = await program.OpenConversationAsync("Questions about an журнал, GRÖSSE and GRÖßE.", "Invoice");
        var answer = await anyone.GetAsync($"{Root}/{id}?q={Uri.EscapeDataString(q)}");
        if (found) (await answer.ShouldAnswerAsync(200)).Id("conversation_id").ShouldBe(id);
        else await answer.ShouldBeErrorAsync(404, "not_found");
    }

    [Fact]
    public async Task Q_takes_the_letters_of_patterns_as_they_are()
    {
        var id = await program.OpenConversationAsync("100% of _this_ and C:\\that");
        foreach (var q in (string[])["100%", "_this_", "c:\\T"]) await anyone.GetJsonAsync($"{Root}/{id}?q={Uri.EscapeDataString(q)}");
        await (await anyone.GetAsync($"{Root}/{id}?q={new string('x', 201)}")).ShouldBeErrorAsync(400, "validation_failed", "q");
    }

    [Fact]
    public async Task The_update_is_when_something_was_last_said()
    {
        var id = await program.OpenConversationAsync();
        var said = await program.SayInAsync(id, "x", "assistant");
        (await anyone.GetJsonAsync($"{Root}/{id}")).Text("date_updated").ShouldBe(said.Text("date_created"));
    }

    [Fact]
    public async Task Ids_are_fully_random_those_of_messages_and_answers_included()
    {
        var id = await program.OpenConversationAsync();
        await program.SayInAsync(id, "hello");
        await program.SayInAsync(id, "By another program", "assistant");
        await program.PostJsonAsync($"{Root}/{id}/messages/create", new { text = "With a key", role = "assistant" }, ("Idempotency-Key", $"{Guid.CreateVersion7()}"));
        await anyone.AnswersAsync(id, 3);

        var ids = (await anyone.ResultsAsync(id)).ConvertAll(message => message.Id("message_id"));
        ids.Count.ShouldBe(4);
        foreach (var random in ids.Append(id)) (random.Version, random.Variant >> 2).ShouldBe((4, 2));
        foreach (var message in await anyone.ResultsAsync(id)) message.Id("conversation").ShouldBe(id);
    }

    [Fact]
    public void Random_ids_differ_in_every_bit_but_those_of_version_and_variant()
    {
        var ids = Enumerable.Range(0, 2000).Select(_ => Consilium.Platform.Ids.RandomIds.New().ToByteArray(bigEndian: true)).ToList();
        for (var bit = 0; bit < 128; bit++)
        {
            var ones = ids.Count(id => (id[bit / 8] >> (7 - bit % 8) & 1) == 1);
            if (bit is 48 or 50 or 51 or 65) ones.ShouldBe(0, $"bit {bit}");
            else if (bit is 49 or 64) ones.ShouldBe(2000, $"bit {bit}");
            else ones.ShouldBeInRange(700, 1300, $"bit {bit}"); // more than ten times the standard deviation
        }
        ids.Select(Convert.ToHexString).ShouldBeUnique();
    }

    [Fact]
    public async Task Reads_and_refusals_are_in_the_audit_trail_with_nobody_as_the_actor()
    {
        var id = await program.OpenConversationAsync();
        var unknown = Guid.CreateVersion7();
        await anyone.GetJsonAsync($"{Root}/{id}");
        await anyone.GetJsonAsync($"{Root}/{id}/messages?q=x");
        await program.GetJsonAsync($"{Root}/{id}/messages");
        await (await anyone.GetAsync($"{Root}/{unknown}")).ShouldAnswerAsync(404);
        await (await program.PostJsonAsync($"{Root}/{unknown}/messages/create", "{}")).ShouldAnswerAsync(404);

        (await TrailAsync(id)).ShouldBe(["conversation.open assistant ok", "conversation.read - ok", "messages.search - ok", "messages.read assistant ok"]);
        (await TrailAsync(unknown)).ShouldBe(["conversation.read - denied", "message.post assistant denied"]);
    }

    Task<List<string>> TrailAsync(Guid id) => server.Database.ColumnAsync<string>("""
        SELECT action || ' ' || coalesce(actor_role, CASE WHEN actor_id IS NULL THEN '-' END) || ' ' || outcome FROM audit.entries WHERE resource = $1 ORDER BY id
        """, $"conversation/{id}");
}
