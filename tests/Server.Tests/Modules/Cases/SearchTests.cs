namespace Consilium.Tests.Modules.Cases;

/// <summary>Messages in the scripts and lengths of the world: they come back as sent, and search finds them.</summary>
public sealed class SearchTests(CaseServer server) : IClassFixture<CaseServer>
{
    // Text → what must find it, and what must not.
    public static TheoryData<string, string[], string[]> Texts => new()
    {
        { "Ma\u0302\u0323u thu\u031B\u0309 tie\u0302\u0301ng Vie\u0302\u0323t", ["tieng", "TIẾNG", "viet mau", "tie\u0302\u0301ng"], ["tuong", "vuot"] },
        { "Crème brûlée à Besançon", ["creme", "BRULEE", "besancon", "sanç", "bruleé", "besacnon"], ["crima", "cremerie"] },
        { "Η θεραπεία του ασθενούς τελείωσε", ["θεραπεια", "ΑΣΘΕΝΟΎΣ", "ασθενους", "θεραπιεα"], ["θερμεια"] },
        { "Пациент жалуется на головную боль", ["пациент", "ЖАЛУЕТСЯ", "голов", "боль", "пацинет"], ["бель", "пцанент"] },
        { "يعاني المريض من صداع شديد", ["المريض", "مريض", "صداع"], ["المرخخ"] },
        { "הַמְטֻפָּל סובל מכאבי ראש", ["המטפל", "סובל", "ראש"], ["שאר"] }, // with points
        { "रोगी को तेज़ सिरदर्द है", ["सिरदर्द", "रोगी", "सिर"], ["पेटदर्द"] },
        { "ผู้ป่วยปวดศีรษะมาก", ["ปวดศีรษะ", "ผู้ป่วย", "มาก"], ["ปวดท้อง"] },
        { "患者头痛三天了", ["头痛", "痛", "三天", "患"], ["腹痛", "腹"] },
        { "患者は三日前から頭痛がある", ["頭痛", "三日前", "ある"], ["腹痛"] },
        { "환자가 사흘째 두통을 호소합니다", ["두통", "환자", "호소합니다"], ["복통"] },
        { "Family 👨‍👩‍👧‍👦 and thumbs 👍🏽 up", ["👨‍👩‍👧‍👦", "👍🏽", "thumbs", "family"], ["👎"] },
        { "Straße, naïve co\u0308operation, ﬁne", ["straße", "naive", "cooperation", "fine", "STRAßE", "STRASSE", "strasse"], ["strata"] },
        {
            "50% of [a-z]+ cost $5.00 (C:\\temp\\*) _under_ ^top| {2}",
            ["50%", "[a-z]+", "$5.00", "C:\\temp\\*", "_under_", "^top|", "{2}", "(c:", "top?", "\"cost $5\""],
            ["50_", "5x00", "[a-y]+", "\"cost $6\"", ".*", "5%", "\\d", "x*"]
        },
        {
            "Paracetamol twice",
            ["paracetamol", "para", "CETA", "paracetamlo", "paracetamo", "paracetammol", "paraxetamol", "wtice", "parcetamol twice"],
            ["paracetmaxl", "prcatamol", "twicer x"]
        },
        { "The knee hurt", ["knee", "nee", "hurt"], ["kneo", "ekne", "hurx", "hrut", "knexx"] }, // four letters forgive nothing
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_text_comes_back_as_sent_and_is_found_by_what_should_find_it(string text, string[] found, string[] missed)
    {
        var id = await server.Owner.OpenCaseAsync();
        await server.Owner.SayAsync(id, "Quite another thing.");

        (await server.Owner.SayAsync(id, text)).Text("content").ShouldBe(text);

        (await server.Staff.MessagesAsync(id))[^1].Text("content").ShouldBe(text);
        (await server.Owner.EventsAsync(id))[^1].GetProperty("message").Text("content").ShouldBe(text);
        foreach (var words in found) (await server.Owner.FindAsync(id, words)).ShouldBe([text], $"searching {words}");
        foreach (var words in missed) (await server.Owner.FindAsync(id, words)).ShouldBeEmpty($"searching {words}");
    }

    [Fact]
    public async Task Composed_and_decomposed_come_back_as_sent_and_find_each_other()
    {
        var id = await server.Owner.OpenCaseAsync();
        const string composed = "caf\u00e9 \uac00", decomposed = "cafe\u0301 \u1100\u1161";
        await server.Owner.SayAsync(id, composed);
        await server.Owner.SayAsync(id, decomposed);

        (await server.Owner.MessagesAsync(id)).Select(m => m.Text("content")).ShouldBe([composed, decomposed], StringComparer.Ordinal);
        foreach (var words in (string[])["cafe", composed, decomposed, "\uac00", "\u1100\u1161"])
            (await server.Owner.FindAsync(id, words)).Count.ShouldBe(2, words);
    }

    [Fact]
    public async Task Every_word_must_occur_in_any_order()
    {
        var id = await server.Owner.OpenCaseAsync();
        await server.Owner.SayAsync(id, "one two three four five six seven eight nine ten");

        (await server.Owner.FindAsync(id, "ten nine eight seven six five four three two one")).ShouldHaveSingleItem();
        (await server.Owner.FindAsync(id, "one two three four five six seven eight nine eleven")).ShouldBeEmpty();
        (await server.Owner.FindAsync(id, "   ")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_message_of_twenty_thousand_characters_is_found_by_its_last_word()
    {
        var id = await server.Owner.OpenCaseAsync();
        var text = string.Concat(Enumerable.Repeat("слово 語 ", 2500))[..19_990] + " zanzibars";
        text.EnumerateRunes().Count().ShouldBe(20_000);
        await server.Owner.SayAsync(id, text);

        foreach (var words in (string[])["zanzibars", "zanzibasr", "слово", "語"]) (await server.Owner.FindAsync(id, words)).ShouldBe([text]);
        (await server.Owner.FindAsync(id, "zamzibasr")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Search_pages_and_looks_only_where_one_may_read()
    {
        var (id, other) = (await server.Owner.OpenCaseAsync(), await server.Stranger.OpenCaseAsync());
        for (var i = 0; i < 5; i++) await server.Owner.SayAsync(id, $"Needle {i}");
        await server.Stranger.SayAsync(other, "Needle elsewhere");

        var page = await server.Owner.GetJsonAsync($"/cases/{id}/messages?q=needle&limit=3");
        page.Items().Count.ShouldBe(3);
        var rest = await server.Owner.GetJsonAsync($"/cases/{id}/messages?q=needle&limit=3&cursor={page.Text("next_cursor")}");
        rest.Items().Select(m => m.Text("content")).ShouldBe(["Needle 3", "Needle 4"]);
        (await server.Owner.FindAsync(id, "elsewhere")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("%00")]
    [InlineData("a%00b")]
    [InlineData("%ff")]
    [InlineData("%ed%a0%80")]
    public async Task Words_that_are_no_text_are_refused(string words)
    {
        var id = await server.Owner.OpenCaseAsync();
        await (await server.Owner.GetAsync($"/cases/{id}/messages?q={words}")).ShouldAnswerAsync(400);
        await (await server.Owner.GetAsync($"/cases?q={words}")).ShouldAnswerAsync(400);
    }

    [Fact]
    public async Task Too_many_words_are_refused()
    {
        var id = await server.Owner.OpenCaseAsync();
        await (await server.Owner.GetAsync($"/cases/{id}/messages?q={new string('a', 201)}")).ShouldRefuseFieldsAsync("q");
        await (await server.Owner.GetAsync($"/cases?q={new string('a', 201)}")).ShouldRefuseFieldsAsync("q");
        (await server.Owner.FindAsync(id, string.Join(' ', Enumerable.Repeat("(*)", 50)))).ShouldBeEmpty();
    }
}
