using Consilium.Platform.Hosting;
using Consilium.Tests.Modules.Accounts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;

namespace Consilium.Tests.Platform.OpenApi;

/// <summary>Whether the API's document and its pages are served.</summary>
public sealed class DocsSettingsTests : DatabaseTest
{
    static readonly string[] Paths =
        ["/docs", "/api/v1/docs", "/docs/start.js", "/docs/swagger-ui.css", "/redoc", "/api/v1/redoc", "/openapi/v1.json", "/openapi.json", "/api/v1/openapi.json"];

    [Theory]
    [InlineData(null, 404)]
    [InlineData("true", 200)]
    public async Task In_Production_they_are_there_only_where_the_setting_says_so(string? enabled, int status)
    {
        (string, string)[] settings = enabled is null ? [] : [("Docs:Enabled", enabled)];
        await using var server = await ProbeServer.StartAsync(Database, "Production", settings: settings);
        using var anyone = server.Anonymous();

        foreach (var path in Paths) ((int)(await anyone.GetAsync(path)).StatusCode).ShouldBe(status, path);
        (await anyone.GetStringAsync("/")).Contains("/docs", StringComparison.Ordinal).ShouldBe(status == 200);
        var product = await (await anyone.SendAsync(new(HttpMethod.Get, "/") { Headers = { { "Accept", "application/json" } } })).ShouldAnswerAsync(200);
        product.Text("openapi").ShouldBe(status == 200 ? "/openapi/v1.json" : null);
    }

    [Theory]
    [InlineData("Production", null, false)]
    [InlineData("Development", null, true)]
    [InlineData("Staging", null, true)]
    [InlineData("Production", "true", true)]
    [InlineData("Development", "false", false)]
    public void The_setting_comes_before_the_environment(string environment, string? setting, bool enabled) => Read(environment, setting).Enabled.ShouldBe(enabled);

    [Fact]
    public void A_value_that_is_none_stops_the_start() =>
        Should.Throw<StartException>(() => Read("Production", "maybe")).Message.ShouldBe("The setting Docs:Enabled must be true or false, and is 'maybe'.");

    static DocsSettings Read(string environment, string? enabled) => DocsSettings.From(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Docs:Enabled"] = enabled }).Build(),
        new HostingEnvironment { EnvironmentName = environment });
}
