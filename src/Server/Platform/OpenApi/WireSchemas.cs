using System.Reflection;
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

/// <summary>Describes types as they are on the wire, and of requests what their validators demand: required members and lengths.</summary>
internal sealed class WireSchemas(IServiceProvider services) : IOpenApiSchemaTransformer
{
    const string SchemaId = "x-schema-id";

    public async Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        var orNull = bare == type || context.ParameterDescription is not null ? default : JsonSchemaType.Null;
        if (bare == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Format = "date-time";
        }
        else if (bare == typeof(Limit))
        {
            schema.Type = JsonSchemaType.Integer;
            schema.Format = "int32";
            (schema.Minimum, schema.Maximum, schema.Default) = ("1", $"{Page.MaxLimit}", Page.DefaultLimit);
        }
        else if ((context.JsonTypeInfo.ElementType ?? type).GetCustomAttribute<WrittenAsAttribute>() is { } written)
        {
            var forms = new List<IOpenApiSchema>();
            foreach (var form in written.Forms) forms.Add(await context.GetOrCreateSchemaAsync(form, parameterDescription: null, cancellationToken));
            if (context.JsonTypeInfo.ElementType is null) schema.OneOf = forms;
            else schema.Items = new OpenApiSchema { OneOf = forms };
        }
        else if (type == typeof(IFormFile))
        {
            schema.Metadata?.Remove(SchemaId); // so that it is written out where it is used
        }
        else if (type.Name.EndsWith("Request", StringComparison.Ordinal) && schema.Properties is { Count: > 0 } properties)
        {
            DescribeRequest(schema, properties, context.JsonTypeInfo);
        }
        else if (bare.IsEnum)
        {
            schema.Type = JsonSchemaType.String | orNull;
        }
        else
        {
            schema.Required?.ExceptWith(context.JsonTypeInfo.Properties.Where(IsLeftOutWhenNull).Select(property => property.Name));
        }
    }

    static bool IsLeftOutWhenNull(JsonPropertyInfo property) =>
        property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingNull }];

    void DescribeRequest(OpenApiSchema schema, IDictionary<string, IOpenApiSchema> properties, JsonTypeInfo type)
    {
        var required = type.Properties.Where(p => p.IsRequired).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        if (services.GetService(typeof(IValidator<>).MakeGenericType(type.Type)) is IValidator validator)
        {
            foreach (var member in validator.CreateDescriptor().GetMembersWithValidators())
            {
                var name = JsonPaths.OfMember(member.Key);
                if (!properties.TryGetValue(name, out var property)) continue;
                foreach (var (rule, _) in member)
                    if (Apply(rule, property as OpenApiSchema)) required.Add(name);
            }
        }
        schema.Required = required;
        foreach (var name in required)
            if (properties.TryGetValue(name, out var property) && property is OpenApiSchema { Type: { } types } inline) inline.Type = types & ~JsonSchemaType.Null;
    }

    /// <summary>Whether the rule makes the member required.</summary>
    static bool Apply(IPropertyValidator rule, OpenApiSchema? property)
    {
        switch (rule)
        {
            case ITextLength text:
                if (property is not null) (property.MinLength, property.MaxLength) = (text.Min > 0 ? text.Min : null, text.Max);
                return text.IsRequired;
            case ILengthValidator length:
                if (property is not null) (property.MinLength, property.MaxLength) = (length.Min > 0 ? length.Min : property.MinLength, length.Max > 0 ? length.Max : property.MaxLength);
                return false;
            case INotEmptyValidator or INotNullValidator:
                return true;
            default:
                return false;
        }
    }
}
