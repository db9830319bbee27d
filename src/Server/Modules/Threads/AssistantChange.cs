using System.Text.Json;

namespace Consilium.Modules.Threads;

/// <summary>What the event <c>assistant.changed</c> says.</summary>
internal static class AssistantChange
{
    public const string OnJson = """{"mode": "on"}""";
    public const string OffJson = """{"mode": "off"}""";

    public static JsonElement Of(bool on) => MessageRows.Json(on ? OnJson : OffJson)!.Value;
}
