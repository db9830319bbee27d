using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

/// <summary>Nobody overwrites what he has not seen, where he says what he has seen.</summary>
public sealed class ConfigTagTests(ConfigServer server) : IClassFixture<ConfigServer>
{
    Client Admin => server.Admin;

    [Theory]
    [InlineData("\"1\"", 200)]
    [InlineData("\"2\"", 412)]
    [InlineData("*", 200)]
    [InlineData("\"7\", \"1\"", 200)]
    [InlineData("\"7\", \"8\"", 412)]
    [InlineData("W/\"1\"", 412)]
    [InlineData("1", 412)]
    [InlineData("\"1", 412)]
    [InlineData("\"01\"", 412)]
    public async Task A_change_is_made_to_the_version_that_was_read(string ifMatch, int status)
    {
        var key = NewKey();
        await Admin.CreateAsync(key, 1);
        (await Admin.GetAsync(PathOf(key))).Headers.ETag!.Tag.ShouldBe("\"1\"");

        var put = await Admin.TryPutAsync(key, 2, ifMatch: ifMatch);

        ((int)put.StatusCode).ShouldBe(status);
        if (status == 200) put.Headers.ETag!.Tag.ShouldBe("\"2\"");
        (await Admin.ValueAsync(key)).ShouldBe(status == 200 ? "2" : "1");
        var delete = await Admin.SendJsonAsync(HttpMethod.Delete, PathOf(key), body: null, ("If-Match", "\"9\""));
        await delete.ShouldBeProblemAsync(412, "precondition_failed");
    }

    [Fact]
    public async Task Of_writers_who_read_the_same_version_one_wins()
    {
        var key = NewKey();
        await Admin.CreateAsync(key, 0);

        var answers = await Task.WhenAll(Enumerable.Range(1, 12).Select(n => Admin.TryPutAsync(key, n, ifMatch: "\"1\"")));

        answers.Select(answer => (int)answer.StatusCode).Order().ShouldBe([200, .. Enumerable.Repeat(412, 11)]);
        (await Admin.LookUpAsync(key)).Number("version").ShouldBe(2);
    }

    [Fact]
    public async Task Without_a_tag_all_are_written_one_after_the_other()
    {
        var key = NewKey();
        await Admin.CreateAsync(key, 0);

        // More than there are connections: nobody who changes something waits for another one.
        var written = await Task.WhenAll(Enumerable.Range(1, 40).Select(n => Admin.PutAsync(key, n)));

        written.Select(one => one.Number("version")).Order().ShouldBe(Enumerable.Range(2, 40).Select(n => (long)n));
        var history = await Admin.HistoryAsync(key);
        history.Select(one => one.Number("version")).ShouldBe(Enumerable.Range(1, 41).Reverse().Select(n => (long)n));
        history.Select(one => one.Number("seq")).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public async Task Where_the_product_says_so_the_tag_is_needed_at_once()
    {
        const string rule = "features.require_if_match";
        var key = NewKey();
        await Admin.CreateAsync(key, 1);
        for (var round = 0; round < 2; round++)
        {
            await Admin.CreateAsync(rule, true);
            await (await Admin.TryPutAsync(key, 2)).ShouldBeProblemAsync(428, "precondition_required");
            await (await Admin.DeleteAsync(PathOf(key))).ShouldBeProblemAsync(428, "precondition_required");
            await (await Admin.TryPutAsync(NewKey(), 2)).ShouldBeProblemAsync(404, "not_found");
            await (await Admin.TryPutAsync(key, 2, ifMatch: "*")).ShouldAnswerAsync(200);
            await (await Admin.TryRollBackAsync(key, 1)).ShouldAnswerAsync(200);
            await (await Admin.SendJsonAsync(HttpMethod.Delete, PathOf(rule), body: null, ("If-Match", "*"))).ShouldAnswerAsync(204);
            await Admin.PutAsync(key, 3);
        }
    }
}
