using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Consilium.Platform.Json;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Consilium.Platform.OpenApi;

/// <summary>What a body may do with a member of it.</summary>
internal readonly record struct MemberClaim(bool MayBeMissing, bool MayBeNull);

/// <summary>
/// What of the requests' bodies is required, and what may be null: each member of each example is left out, then set to null, and the server judges
/// the rest as it judges a request, by binding and validator. So the claim is true for rules of any form. A member is required where all examples are
/// refused without it: where a rule depends on other members, the module gives an example for each case.
/// </summary>
internal sealed class RequestProbe(ExampleBodies examples, IServiceProvider services, IOptions<JsonOptions> json)
{
    /// <summary>
    /// What is said of the members of a request, or of an object in it, by their names on the wire; empty for a type that no example has.
    /// </summary>
    public IReadOnlyDictionary<string, MemberClaim> Of(Type type) => claims.Value.GetValueOrDefault(type) ?? [];

    readonly Lazy<Dictionary<Type, Dictionary<string, MemberClaim>>> claims =
        new(() => new Run(services, json.Value.SerializerOptions).Over(examples));

    public static bool IsRequest(Type type) => type.Name.EndsWith("Request", StringComparison.Ordinal);

    sealed class Run(IServiceProvider services, JsonSerializerOptions options)
    {
        readonly Dictionary<Type, Dictionary<string, MemberClaim>> found = [];

        public Dictionary<Type, Dictionary<string, MemberClaim>> Over(ExampleBodies examples)
        {
            foreach (var body in examples.Types.Where(IsRequest))
                foreach (var example in examples.Of(body)) Look(new(body, example), example, body);
            return found;
        }

        void Look(Body body, JsonNode? there, Type type)
        {
            var form = options.GetTypeInfo(type);
            if (there is JsonArray list && form.ElementType is { } element)
            {
                foreach (var entry in list.ToList()) Look(body, entry, element);
            }
            else if (there is JsonObject members)
            {
                var forms = type.GetCustomAttribute<WrittenAsAttribute>()?.FormsOf(type).Select(options.GetTypeInfo);
                var written = forms?.FirstOrDefault(other => other.Kind == JsonTypeInfoKind.Object) ?? form;
                foreach (var member in written.Properties) Try(body, members, written.Type, member);
            }
        }

        void Try(Body body, JsonObject members, Type type, JsonPropertyInfo member)
        {
            var path = members.GetPath() is var parent and not "$" ? $"{JsonPaths.OfPath(parent)}.{member.Name}" : member.Name;
            var isThere = members.TryGetPropertyValue(member.Name, out var given);
            members.Remove(member.Name);
            var mayBeMissing = !IsRefused(body, path);
            members[member.Name] = null;
            var mayBeNull = !IsRefused(body, path) && member.AttributeProvider?.IsDefined(typeof(RefusesNullAttribute), inherit: true) != true;
            members.Remove(member.Name);
            if (isThere) members[member.Name] = given;

            if (!found.TryGetValue(type, out var ofType)) found[type] = ofType = new(StringComparer.Ordinal);
            var before = ofType.GetValueOrDefault(member.Name);
            ofType[member.Name] = new(before.MayBeMissing || mayBeMissing, before.MayBeNull || mayBeNull);
            Look(body, given, member.PropertyType);
        }

        bool IsRefused(Body body, string path)
        {
            object? bound;
            try
            {
                bound = body.Example.Deserialize(body.Type, options);
            }
            catch (JsonException)
            {
                return true; // the serializer refuses it, as it would refuse the request
            }
            return services.GetService(typeof(IValidator<>).MakeGenericType(body.Type)) is IValidator validator
                && validator.Validate(new ValidationContext<object>(bound!)).Errors.Exists(failure => failure.PropertyName == path);
        }
    }

    sealed record Body(Type Type, JsonNode Example);
}
