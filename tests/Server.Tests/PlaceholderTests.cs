namespace Consilium.Tests;

public sealed class PlaceholderTests
{
    [Fact]
    public void It_builds() => true.ShouldBeTrue();
}
