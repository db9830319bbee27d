using System.Text.Json.Serialization;
using Consilium.Platform.Paging;

namespace Consilium.Modules.Records;

/// <summary>Serializers made at compile time for what is read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CaseHistoryResponse))]
[JsonSerializable(typeof(Page<CaseHistoryResponse>))]
[JsonSerializable(typeof(ReportResponse))]
[JsonSerializable(typeof(Page<ReportResponse>))]
[JsonSerializable(typeof(DocumentResponse))]
[JsonSerializable(typeof(Page<DocumentResponse>))]
[JsonSerializable(typeof(DownloadTokenResponse))]
internal sealed partial class RecordsJson : JsonSerializerContext;
