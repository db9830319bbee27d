using Consilium.Modules.Files;
using Consilium.Platform.Hosting;
using Microsoft.Extensions.Configuration;

namespace Consilium.Tests.Modules.Files;

public sealed class FilesSettingsTests
{
    [Fact]
    public void Without_settings_a_file_has_25_MB_an_owner_2_GB_and_an_upload_a_day()
    {
        var settings = From();
        (settings.MaxBytes, settings.QuotaPerOwner, settings.KeepUnused, settings.HasScanner).ShouldBe((26_214_400, 2_147_483_648, TimeSpan.FromDays(1), false));
    }

    [Theory]
    [InlineData("Files:MaxBytes", "0")]
    [InlineData("Files:MaxBytes", "-1")]
    [InlineData("Files:MaxBytes", "99999999999")]
    [InlineData("Files:MaxBytes", "25 MB")]
    [InlineData("Files:QuotaPerOwner", "1000")]
    [InlineData("Files:KeepUnused", "00:00:01")]
    [InlineData("Files:Directory", "/no/such/directory")]
    [InlineData("Files:KeepUnused", "a day")]
    public void A_setting_that_makes_no_sense_stops_the_start_with_its_name(string key, string value) =>
        Should.Throw<StartException>(() => From((key, value))).Message.ShouldContain(key);

    static FilesSettings From(params (string Key, string Value)[] settings) =>
        FilesSettings.From(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>(s.Key, s.Value))).Build());
}
