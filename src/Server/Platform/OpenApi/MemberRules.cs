using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>
/// Which members of a schema are required and which may be null, once all schemas are there: of requests as <see cref="RequestProbe"/> found it, of
/// answers as they are written: every member is there, but for those that are left out instead of being null.
/// </summary>
internal sealed class MemberRules(RequestProbe probe) : IOpenApiDocumentTransformer
{
    /// <summary>Where <see cref="WireSchemas"/> notes which type a schema describes.</summary>
    public const string DescribedType = "x-described-type";

    /// <summary>Where it notes the members of an answer that are left out when they are null.</summary>
    public const string LeftOut = "x-left-out";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var schema in document.Components!.Schemas!.Values.OfType<OpenApiSchema>())
        {
            if (schema.Metadata?.TryGetValue(LeftOut, out var names) == true)
                foreach (var name in (IEnumerable<string>)names) SetNull(schema, name, mayBeNull: false);
            if (schema.Metadata?.TryGetValue(DescribedType, out var type) == true) Apply(schema, probe.Of((Type)type));
            foreach (var name in schema.Properties?.Keys.ToList() ?? [])
            {
                NameNull(schema.Properties![name]);
                SayOutside(schema.Properties[name]);
            }
        }
        foreach (var (_, operation) in document.Paths.Values.SelectMany(path => path.Operations ?? []))
            foreach (var body in operation.RequestBody?.Content?.Values ?? [])
                if (body.Schema is { } schema) body.Schema = WithoutNull(schema); // a body may be left out, but it is not null
        return Task.CompletedTask;
    }

    static void Apply(OpenApiSchema schema, IReadOnlyDictionary<string, MemberClaim> claims)
    {
        foreach (var (name, claim) in claims)
        {
            if (schema.Properties?.ContainsKey(name) != true) continue;
            SetNull(schema, name, claim.MayBeNull);
            if (claim.MayBeMissing) schema.Required?.Remove(name);
            else (schema.Required ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);
        }
    }

    static void SetNull(OpenApiSchema owner, string name, bool mayBeNull)
    {
        if (owner.Properties?.TryGetValue(name, out var property) != true) return;
        owner.Properties![name] = mayBeNull ? WithNull(property!) : WithoutNull(property!);
    }

    static IOpenApiSchema WithNull(IOpenApiSchema schema)
    {
        if (schema is OpenApiSchema { Type: { } types } plain) plain.Type = types | JsonSchemaType.Null;
        else if (schema is OpenApiSchema { OneOf: { Count: > 0 } forms } && !forms.Any(IsNull))
            forms.Insert(0, new OpenApiSchema { Type = JsonSchemaType.Null });
        return schema is OpenApiSchemaReference
            ? new OpenApiSchema { Description = schema.Description, OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, schema] }
            : schema;
    }

    static IOpenApiSchema WithoutNull(IOpenApiSchema schema)
    {
        if (schema is OpenApiSchema { Type: { } types } plain) plain.Type = types & ~JsonSchemaType.Null;
        else if (schema is OpenApiSchema { OneOf: null } any) any.Not = new OpenApiSchema { Type = JsonSchemaType.Null };
        if (schema is not OpenApiSchema { OneOf: { Count: 2 } forms } || forms.Count(IsNull) != 1) return schema;
        var other = forms.First(form => !IsNull(form));
        if (other is OpenApiSchemaReference reference && schema.Description is { } description) reference.Description = description;
        return other;
    }

    static bool IsNull(IOpenApiSchema form) => form is OpenApiSchema { Type: JsonSchemaType.Null };

    // What a member means is true of null, too.
    static void SayOutside(IOpenApiSchema property)
    {
        if (property is not OpenApiSchema { OneOf: { Count: > 0 } forms, Description: null } whole) return;
        foreach (var form in forms.OfType<OpenApiSchemaReference>())
        {
            whole.Description = form.Reference.Description;
            form.Reference.Description = null;
        }
    }

    // JSON Schema: an enum that does not name null refuses it, whatever the type says.
    static void NameNull(IOpenApiSchema property)
    {
        if (property is not OpenApiSchema { Enum: { Count: > 0 } values, Type: { } types }) return;
        var isNamed = values.Any(value => value is null || JsonNullSentinel.IsJsonNullSentinel(value));
        if (types.HasFlag(JsonSchemaType.Null) && !isNamed) values.Add(JsonNullSentinel.JsonNull);
        else if (!types.HasFlag(JsonSchemaType.Null) && isNamed)
            foreach (var value in values.Where(value => value is null || JsonNullSentinel.IsJsonNullSentinel(value)).ToList()) values.Remove(value);
    }
}
