using Consilium.Platform.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;

namespace Consilium.Tests.Platform;

public sealed class CrashPointsTests
{
    [Fact]
    public void Production_refuses_to_start_with_one() =>
        Should.Throw<StartException>(() => Points("Production", "run.claimed")).Message.ShouldContain("Crash:At");

    [Fact]
    public void Production_starts_without_one() => Points("Production", null).Reach("run.claimed");

    [Fact]
    public void Another_point_is_passed() => Points("Development", "run.claimed").Reach("run.queued");

    static CrashPoints Points(string environment, string? armed) => new(
        new ConfigurationBuilder().AddInMemoryCollection([new("Crash:At", armed)]).Build(), new HostingEnvironment { EnvironmentName = environment });
}
