using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>What types are called in the document.</summary>
internal static class SchemaNames
{
    public const string Problem = "Problem";
    public const string EnvelopedError = "EnvelopedError";

    /// <summary>Null for what is written out where it is used.</summary>
    public static string? Of(JsonTypeInfo type)
    {
        var bare = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        if (bare == typeof(Limit) || bare == typeof(JsonElement)) return null;
        return typeof(ProblemDetails).IsAssignableFrom(type.Type) ? Problem : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
    }
}
