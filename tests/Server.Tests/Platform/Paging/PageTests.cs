using System.Text;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.WebUtilities;

namespace Consilium.Tests.Platform.Paging;

public sealed class PageTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_page_that_holds_everything_has_no_cursor(int rows)
    {
        var page = Page.Of(Enumerable.Range(1, rows).ToList(), 3, row => row);

        page.Items.Count.ShouldBe(rows);
        page.NextCursor.ShouldBeNull();
    }

    [Fact]
    public void The_row_too_many_is_cut_and_the_cursor_names_the_last_one_that_stays()
    {
        var page = Page.Of([1, 2, 3, 4], 3, row => row);

        page.Items.ShouldBe([1, 2, 3]);
        Cursor.TryRead<int>(page.NextCursor!, out var last).ShouldBeTrue();
        last.ShouldBe(3);
    }

    [Fact]
    public void A_cursor_brings_back_its_place_to_the_microsecond_and_needs_no_escaping_in_an_address()
    {
        var place = new Place(new DateTimeOffset(2026, 2, 28, 23, 59, 59, TimeSpan.Zero).AddMicroseconds(123_456), Guid.CreateVersion7(), "名前 «?&=/+»");

        var cursor = Cursor.Write(place);

        Cursor.TryRead<Place>(cursor, out var back).ShouldBeTrue();
        back.ShouldBe(place);
        Uri.EscapeDataString(cursor).ShouldBe(cursor);
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("nonsense")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    [InlineData("""{"At":"yesterday"}""")]
    [InlineData("""{"At":"2026-01-01T00:00:00+99:00"}""")]
    [InlineData("""{"At":1}""")]
    [InlineData("""{"Id":"x"}""")]
    [InlineData("""{"Name":"a\u0000b"}""")]
    [InlineData("""{"Name":"\ud800"}""")]
    [InlineData("""{"Name":"a","Name":"b"}""")]
    public void What_is_no_cursor_of_the_list_is_not_read(string json)
    {
        Cursor.TryRead<Place>(json, out _).ShouldBeFalse();
        Cursor.TryRead<Place>(WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(json)), out _).ShouldBeFalse();
    }

    [Fact]
    public void A_made_up_cursor_with_another_offset_is_read_as_UTC()
    {
        var cursor = WebEncoders.Base64UrlEncode("""{"At":"2026-01-01T02:00:00+02:00"}"""u8);

        Cursor.TryRead<Place>(cursor, out var place).ShouldBeTrue();

        place!.At.ShouldBe(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        place.At.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("50", 50)]
    [InlineData("200", 200)]
    public void A_limit_from_1_to_200_is_taken(string text, int value)
    {
        Limit.TryParse(text, null, out var limit).ShouldBeTrue();
        Limit.Or(limit).ShouldBe(value);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("201")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1.0")]
    [InlineData("٣")]
    [InlineData("")]
    [InlineData("99999999999")]
    [InlineData(null)]
    public void Any_other_limit_is_refused(string? text) => Limit.TryParse(text, null, out _).ShouldBeFalse();

    [Fact]
    public void Without_a_limit_it_is_50() => Limit.Or(null).ShouldBe(50);

    sealed record Place(DateTimeOffset At, Guid Id, string? Name);
}
