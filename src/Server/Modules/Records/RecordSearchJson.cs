using System.Text.Json.Serialization;
using Consilium.Platform.Paging;

namespace Consilium.Modules.Records;

/// <summary>Serializers made at compile time for the lists of search and access log.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Page<RecordHit>))]
[JsonSerializable(typeof(Page<AccessLogEntry>))]
internal sealed partial class RecordSearchJson : JsonSerializerContext;
