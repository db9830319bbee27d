using Consilium.Modules.Care;
using Consilium.Platform.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;

namespace Consilium.Tests.Modules.Care;

public sealed class CareSettingsTests
{
    [Theory]
    [InlineData("Development", null, true)]
    [InlineData("Production", null, false)]
    [InlineData("Staging", null, false)]
    [InlineData("Production", "true", true)]
    [InlineData("Development", "false", false)]
    public void Hospitals_take_in_patients_by_themselves_in_Development_or_when_the_operator_says_so(string environment, string? setting, bool may) =>
        Read(environment, setting).HospitalsMapPatients.ShouldBe(may);

    [Fact]
    public void A_setting_that_is_neither_true_nor_false_stops_the_start() =>
        Should.Throw<StartException>(() => Read("Production", "sometimes")).Message.ShouldContain("Care:HospitalsMapPatients");

    static CareSettings Read(string environment, string? setting) => CareSettings.From(
        new ConfigurationBuilder().AddInMemoryCollection([new("Care:HospitalsMapPatients", setting)]).Build(), new HostingEnvironment { EnvironmentName = environment });
}
