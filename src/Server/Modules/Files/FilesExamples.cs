using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Files;

/// <summary>What the API's document shows with this module's bodies.</summary>
[BodyExamples]
internal static class FilesExamples
{
    static PageTextResponse PageText => new(1, "Error E4: the pump's door is open. Close it and switch the pump on again.");
}
