using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Consilium.Platform.Json;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using FluentValidation;
using FluentValidation.Validators;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>Describes types as they are on the wire, and of requests what their validators demand: lengths, bounds, names.</summary>
internal sealed class WireSchemas(IServiceProvider services) : IOpenApiSchemaTransformer
{
    // Where the framework notes what a schema becomes a reference to, and what the place of the reference says of it.
    const string SchemaId = "x-schema-id";
    const string DescriptionOfReference = "x-ref-description";

    public async Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare == typeof(DateTimeOffset))
        {
            var isParameter = context.ParameterDescription is not null && context.JsonPropertyInfo is null;
            schema.Type = JsonSchemaType.String | (bare == type || isParameter ? default : JsonSchemaType.Null);
            schema.Format = "date-time";
        }
        else if (bare == typeof(Limit))
        {
            DescribeLimit(schema);
        }
        else if ((context.JsonTypeInfo.ElementType ?? type).GetCustomAttribute<WrittenAsAttribute>() is { } written)
        {
            var forms = await FormsAsync(written.FormsOf(context.JsonTypeInfo.ElementType ?? type));
            if (context.JsonTypeInfo.ElementType is null) (schema.Type, schema.Properties, schema.Required, schema.OneOf) = (null, null, null, forms);
            else schema.Items = new OpenApiSchema { OneOf = forms };
        }
        else if (bare == typeof(TimeOnly))
        {
            (schema.Format, schema.Pattern) = (null, "^[0-9]{2}:[0-9]{2}:[0-9]{2}$"); // the format "time" has an offset (RFC 3339)
        }
        else if (type == typeof(IFormFile) || type == typeof(Stream))
        {
            schema.Metadata?.Remove(SchemaId); // so that it is written out where it is used
            if (schema.Metadata?.TryGetValue(DescriptionOfReference, out var meaning) == true) schema.Description = (string)meaning;
        }
        else if (bare.IsEnum)
        {
            schema.Type = JsonSchemaType.String; // whether a member may be null is the member's to say
            schema.Enum = [.. (schema.Enum ?? []).Where(value => value is not null && !JsonNullSentinel.IsJsonNullSentinel(value))];
            if (bare != type && schema.Description is null)
                schema.Description = (await context.GetOrCreateSchemaAsync(bare, parameterDescription: null, cancellationToken)).Description;
        }
        else if (schema.Properties is { Count: > 0 } properties)
        {
            (schema.Metadata ??= new Dictionary<string, object>(StringComparer.Ordinal))[MemberRules.DescribedType] = type;
            if (RequestProbe.IsRequest(type)) DescribeRequest(schema, properties, context.JsonTypeInfo);
            else await DescribeAnswerAsync(schema, properties, context, cancellationToken);
        }
        if (context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(OneOfAttribute), inherit: true) is [OneOfAttribute known, ..])
            schema.Enum = Named(known.Values);

        async Task<List<IOpenApiSchema>> FormsAsync(IEnumerable<Type> types)
        {
            var forms = new List<IOpenApiSchema>();
            foreach (var form in types) forms.Add(await context.GetOrCreateSchemaAsync(form, parameterDescription: null, cancellationToken));
            return forms;
        }
    }

    public static void DescribeLimit(OpenApiSchema schema)
    {
        (schema.Type, schema.Format, schema.Properties, schema.Required) = (JsonSchemaType.Integer, "int32", null, null);
        (schema.Minimum, schema.Maximum, schema.Default) = ("1", $"{Page.MaxLimit}", Page.DefaultLimit);
    }

    static async Task DescribeAnswerAsync(
        OpenApiSchema schema, IDictionary<string, IOpenApiSchema> properties, OpenApiSchemaTransformerContext context,
        CancellationToken cancellationToken)
    {
        var leftOut = context.JsonTypeInfo.Properties.Where(IsLeftOutWhenNull).Select(property => property.Name).ToHashSet(StringComparer.Ordinal);
        schema.Metadata![MemberRules.LeftOut] = leftOut;
        schema.Required = properties.Keys.Where(name => !leftOut.Contains(name)).ToHashSet(StringComparer.Ordinal);
        foreach (var also in context.JsonTypeInfo.Type.GetCustomAttributes<AlsoWrittenAttribute>())
        {
            var member = await context.GetOrCreateSchemaAsync(also.Type, parameterDescription: null, cancellationToken);
            member.Description = also.Meaning;
            if (also.Values.Length > 0) member.Enum = Named(also.Values);
            if (also.MayBeNull) member.Type |= JsonSchemaType.Null;
            properties[also.Name] = member;
        }
    }

    static bool IsLeftOutWhenNull(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is
        [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingNull or JsonIgnoreCondition.WhenWritingDefault }];

    void DescribeRequest(OpenApiSchema schema, IDictionary<string, IOpenApiSchema> properties, JsonTypeInfo type)
    {
        schema.Required = type.Properties.Where(p => p.IsRequired).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        if (services.GetService(typeof(IValidator<>).MakeGenericType(type.Type)) is not IValidator validator) return;
        foreach (var member in validator.CreateDescriptor().GetMembersWithValidators())
            if (properties.TryGetValue(JsonPaths.OfMember(member.Key), out var property) && property is OpenApiSchema inline)
                foreach (var (rule, _) in member) Apply(rule, inline);
    }

    static void Apply(IPropertyValidator rule, OpenApiSchema property)
    {
        switch (rule)
        {
            case ITextLength text:
                (property.MinLength, property.MaxLength) = (text.Min > 0 ? text.Min : null, text.Max);
                break;
            case ILengthValidator length:
                if (length.Min > 0) property.MinLength = length.Min;
                if (length.Max > 0) property.MaxLength = length.Max;
                break;
            case IKnownNames known:
                property.Enum = Named(known.Names);
                break;
            case IListLength list:
                (property.MinItems, property.MaxItems) = (list.Min > 0 ? list.Min : null, list.Max);
                break;
            case IEntryLength entries when property.Items is OpenApiSchema entry:
                (entry.MinLength, entry.MaxLength) = (entries.EntryMin, entries.EntryMax);
                break;
            case IBetweenValidator between:
                (property.Minimum, property.Maximum) = (Number(between.From), Number(between.To));
                break;
            case IComparisonValidator { Comparison: Comparison.GreaterThanOrEqual, ValueToCompare: { } least }:
                property.Minimum = Number(least);
                break;
            case IComparisonValidator { Comparison: Comparison.GreaterThan, ValueToCompare: { } below }:
                property.ExclusiveMinimum = Number(below);
                break;
        }
    }

    static string Number(object bound) => Convert.ToString(bound, CultureInfo.InvariantCulture)!;

    static List<JsonNode> Named(IEnumerable<string> names) => [.. names.Select(name => (JsonNode)name)];
}
