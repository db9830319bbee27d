using Consilium.Modules.Accounts;

namespace Consilium.Tests.Modules.Accounts;

public sealed class PasswordPolicyTests
{
    static readonly PasswordPolicy Development = new(8, refuseGuessable: false);
    static readonly PasswordPolicy Production = new(15, refuseGuessable: true);

    [Theory]
    [InlineData("1234567", false)]
    [InlineData("12345678", true)]
    [InlineData("staff123", true)]
    [InlineData("пароль12", true)]
    [InlineData("🔑🔑🔑🔑", false)]
    [InlineData("🔑🔑🔑🔑🔑🔑🔑🔑", true)]
    public void Development_asks_for_eight_characters(string password, bool fine) => (Development.Fault(password, null) is null).ShouldBe(fine);

    [Theory]
    [InlineData("short but mixed", true)]
    [InlineData("fourteen chars", false)]
    [InlineData("vellum thicket orbit quay", true)]
    [InlineData("k8#mPz!qL0vR2xWd", true)]
    [InlineData("纸船 漂过 石桥 看见 灯火 三盏 亮着", true)]
    public void Production_asks_for_fifteen_characters(string password, bool fine) => (Production.Fault(password, "somebody@example.com") is null).ShouldBe(fine);

    [Theory]
    [InlineData("passwordpassword")]
    [InlineData("Password123456789")]
    [InlineData("p@ssw0rdp@ssw0rd!")]
    [InlineData("123456789012345")]
    [InlineData("987654321098765")]
    [InlineData("aaaaaaaaaaaaaaaa")]
    [InlineData("abcabcabcabcabcabc")]
    [InlineData("qwertyuiopasdfghjkl")]
    [InlineData("1qaz2wsx3edc4rfv")]
    [InlineData("consilium-hospital-1")]
    [InlineData("ConsiliumAdmin2024!")]
    [InlineData("welcometothehospital")]
    [InlineData("correcthorsebatterystaple")]
    [InlineData("iloveyouiloveyou12")]
    [InlineData("Summer2024Winter2025")]
    [InlineData("wilhelmina.example12")]
    public void Production_refuses_what_is_guessed_first(string password) =>
        Production.Fault(password, "wilhelmina@example.com").ShouldBe("is too easy to guess");

    [Fact]
    public void A_hundred_and_twenty_eight_characters_are_taken_whole_and_no_more()
    {
        Development.Fault(new('ä', 128), null).ShouldBeNull();
        Development.Fault(new('ä', 129), null).ShouldBe("must have at most 128 characters");
    }

    [Fact]
    public void NUL_is_refused() => Development.Fault("password\0more", null).ShouldBe("must not contain the character NUL");
}
