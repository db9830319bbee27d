using Consilium.Modules.Accounts;

namespace Consilium.Tests.Modules.Accounts;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("a@example.com")]
    [InlineData("first.last+tag@sub.example.co")]
    [InlineData("o'neil_{x}@example.com")]
    [InlineData("用户@例子.example")]
    [InlineData("x@xn--fsq.example")]
    public void Addresses_that_mail_can_reach_are_taken(string email) => EmailAddress.IsValid(email).ShouldBeTrue();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a@")]
    [InlineData("@example.com")]
    [InlineData("a@b")]
    [InlineData("a@@example.com")]
    [InlineData("a@b@example.com")]
    [InlineData("a b@example.com")]
    [InlineData("a@exa mple.com")]
    [InlineData(".a@example.com")]
    [InlineData("a.@example.com")]
    [InlineData("a..b@example.com")]
    [InlineData("a@-example.com")]
    [InlineData("a@example-.com")]
    [InlineData("a@example..com")]
    [InlineData("a@example.com.")]
    [InlineData("a@example.com\n")]
    [InlineData("a\0@example.com")]
    [InlineData("<a@example.com>")]
    [InlineData("a@[127.0.0.1]")]
    [InlineData("\"a\"@example.com")]
    public void Anything_else_is_not(string? email) => EmailAddress.IsValid(email).ShouldBeFalse();

    [Fact]
    public void Lengths_have_their_limits()
    {
        EmailAddress.IsValid(new string('a', 64) + "@example.com").ShouldBeTrue();
        EmailAddress.IsValid(new string('a', 65) + "@example.com").ShouldBeFalse();
        EmailAddress.IsValid("a@" + string.Concat(Enumerable.Repeat(new string('b', 60) + ".", 4)) + "example").ShouldBeTrue();
        EmailAddress.IsValid("a@" + string.Concat(Enumerable.Repeat(new string('b', 61) + ".", 4)) + "example").ShouldBeFalse();
    }
}
