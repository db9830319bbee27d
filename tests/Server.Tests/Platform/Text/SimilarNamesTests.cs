using Consilium.Platform.Text;

namespace Consilium.Tests.Platform.Text;

public sealed class SimilarNamesTests
{
    [Theory]
    [InlineData("clientToken", "client_token")]
    [InlineData("Client-Token", "client_token")]
    [InlineData("CLIENT TOKEN", "client_token")]
    [InlineData("client.token", "client_token")]
    [InlineData("Id", "id")]
    [InlineData("Q", "q")]
    [InlineData("attachment", "attachments")]
    [InlineData("attachments", "attachment")]
    [InlineData("allergy", "allergies")]
    [InlineData("summaries", "summary")]
    [InlineData("names", "name")]
    [InlineData("titel", "title")]
    [InlineData("itle", "title")]
    [InlineData("title2", "title")]
    [InlineData("tytle", "title")]
    [InlineData("descripton", "description")]
    [InlineData("discribtion", "description")]
    [InlineData("encrypted", "is_encrypted")]
    [InlineData("expires_in", "expires_at")]
    [InlineData("doctor", "doctor_id")]
    public void These_are_one_name(string given, string known) => SimilarNames.Meant(given, ["nothing", known, "else"]).ShouldBe(known);

    [Theory]
    [InlineData("test", "text")]
    [InlineData("rule", "role")]
    [InlineData("model", "mode")]
    [InlineData("is", "id")]
    [InlineData("state", "status")]
    [InlineData("contact", "content")]
    [InlineData("phone", "photo")]
    [InlineData("reply", "reply_to")]
    [InlineData("name", "file_name")]
    [InlineData("created_at", "updated_at")]
    [InlineData("start_date", "start_time")]
    [InlineData("first_name", "last_name")]
    [InlineData("class", "clas")]
    [InlineData("", "id")]
    [InlineData("😀", "id")]
    public void These_are_two(string given, string known) => SimilarNames.Meant(given, [known]).ShouldBeNull();

    [Fact]
    public void Of_several_the_nearest_is_meant()
    {
        SimilarNames.Meant("attachment_", ["attachments", "attachment"]).ShouldBe("attachment");
        SimilarNames.Meant("atachments", ["attachment", "attachments"]).ShouldBe("attachments");
        SimilarNames.Meant("content", []).ShouldBeNull();
    }

    [Fact]
    public void A_slip_anywhere_in_a_long_name_is_found_and_two_as_well()
    {
        const string known = "ask_assistant";
        var bare = known.Replace("_", "", StringComparison.Ordinal);
        for (var i = 0; i < bare.Length; i++)
        {
            string[] slips = [bare.Remove(i, 1), bare.Insert(i, "x"), bare.Remove(i, 1).Insert(i, "x"), i == 0 ? bare : bare.Remove(i - 1, 2).Insert(i - 1, $"{bare[i]}{bare[i - 1]}")];
            foreach (var slip in slips) SimilarNames.Meant(slip, [known]).ShouldBe(known, slip);
            SimilarNames.Meant(slips[0].Insert(i / 2, "z"), [known]).ShouldBe(known);
            SimilarNames.Meant(slips[1].Insert(i / 2, "zz"), [known]).ShouldBeNull();
        }
    }

    [Fact]
    public void A_name_of_any_length_is_judged_at_once() => SimilarNames.Meant(new string('a', 500_000), ["attachments"]).ShouldBeNull();
}
