using System.Text;
using System.Text.Json;

namespace Consilium.Tests.Modules.Settings;

public sealed class ByteSearchTests
{
    const string Word = "k7Qd2mWx9ZpA";

    [Fact]
    public void Finds_a_word_in_every_form_that_it_could_have_been_written_in()
    {
        const string around = $"é\"{Word}/+ <";
        var utf8 = Encoding.UTF8.GetBytes(around);
        List<byte[]> forms =
        [
            utf8, Encoding.Unicode.GetBytes(around), Encoding.BigEndianUnicode.GetBytes(around),
            .. ((string[])
            [
                Convert.ToHexString(utf8), Convert.ToHexStringLower(utf8), Uri.EscapeDataString(around), JsonSerializer.Serialize(around), JsonSerializer.Serialize(JsonSerializer.Serialize(around)),
                Convert.ToBase64String(utf8), Convert.ToBase64String(utf8[1..]), Convert.ToBase64String(utf8[2..]),
                Convert.ToBase64String(utf8).Replace('+', '-').Replace('/', '_'),
            ]).Select(Encoding.ASCII.GetBytes),
        ];

        foreach (var form in forms)
            new ByteSearch([Word]).In([.. new byte[5], .. form, 1, 2, 3]).ShouldBe([Word], Encoding.Latin1.GetString(form));
    }

    [Fact]
    public void Finds_nothing_else()
    {
        new ByteSearch([Word]).In($"{Word[..^1]}a {Word.ToUpperInvariant()} {Word[1..]}").ShouldBeEmpty();
    }
}
