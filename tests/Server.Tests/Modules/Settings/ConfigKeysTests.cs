using Consilium.Modules.Settings;

namespace Consilium.Tests.Modules.Settings;

public sealed class ConfigKeysTests
{
    [Theory]
    [InlineData("assistant.providers", true)]
    [InlineData("db.pool-size", true)]
    [InlineData("APP_NAME", true)]
    [InlineData("a", true)]
    [InlineData("0.1", true)]
    [InlineData("", false)]
    [InlineData(".a", false)]
    [InlineData("a.", false)]
    [InlineData("a..b", false)]
    [InlineData("a__b", false)]
    [InlineData("a-_b", false)]
    [InlineData("a_.b", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("a b", false)]
    [InlineData("a\n", false)]
    [InlineData("ä", false)]
    [InlineData("a/b", false)]
    [InlineData("١", false)]
    public void Keys(string text, bool isKey)
    {
        ConfigKeys.IsKey(text).ShouldBe(isKey);
        ConfigKeys.IsScopeName(text).ShouldBe(isKey && !text.Contains('.'));
    }

    [Fact]
    public void Lengths()
    {
        ConfigKeys.IsKey(new string('a', 200)).ShouldBeTrue();
        ConfigKeys.IsKey(new string('a', 201)).ShouldBeFalse();
        ConfigKeys.IsScopeName(new string('a', 50)).ShouldBeTrue();
        ConfigKeys.IsScopeName(new string('a', 51)).ShouldBeFalse();
        (ConfigKeys.KeyRule.Contains($"{ConfigKeys.MaxKey} "), ConfigKeys.ScopeNameRule.Contains($"{ConfigKeys.MaxScopeName} ")).ShouldBe((true, true));
    }
}
