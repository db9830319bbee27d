using System.Text.Json;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Settings;

/// <summary>What the API's document shows with the configuration's bodies.</summary>
[BodyExamples]
internal static class ConfigExamples
{
    static readonly Guid AdminId = new("0199c0de-7a00-7000-8000-0000000000a1");
    static readonly Guid ProgramId = new("0199c0de-7a00-7000-8000-0000000000a2");
    static readonly DateTimeOffset At = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);
    static readonly JsonElement Host = JsonSerializer.SerializeToElement("db.example.com");
    static readonly JsonElement NewHost = JsonSerializer.SerializeToElement("db2.example.com");

    static CreateConfigRequest Create => new("app.db.host", Host, Environment: "production", Reason: "The new database");

    static UpdateConfigRequest Update => new(NewHost, Reason: "Moved to the other room");

    static ConfigResponse Entry => new("app.db.host", NewHost, Profile: null, "production", IsEncrypted: false, Version: 2, At, At.AddDays(1), AdminId);

    static ConfigVersionResponse Version => new(2, ConfigAction.Updated, NewHost, IsEncrypted: false, At.AddDays(1), AdminId, "Moved to the other room", Seq: 17);

    static RollBackConfigRequest RollBack => new(1, "The other room is under water");

    static RevealConfigRequest Reveal => new("The database refuses the login");

    static RevealConfigResponse Revealed => new(JsonSerializer.SerializeToElement("not really a password"));

    static ConfigEvent Event => new(17, "config.changed", At.AddDays(1), AdminId, ConfigAction.Updated, "app.db.host", Profile: null, "production", Version: 2, IsEncrypted: false);

    static CreateGrantRequest Grant => new(ProgramId, SettingsRule.Read, "app.db");

    static GrantResponse Granted => new(new("0199c0de-7a00-7000-8000-000000000b01"), ProgramId, SettingsRule.Read, "app.db", AdminId, At, ExpiresAt: null);
}
