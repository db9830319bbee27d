using System.Text.Json.Nodes;

namespace Consilium.Platform.OpenApi;

/// <summary>What a route tells of its parts in the API's document, besides its summary and description.</summary>
internal static class RouteTexts
{
    /// <summary>
    /// What a parameter means, by its name on the wire: for one route, or for all routes of a group. The word that is closest to the route counts.
    /// </summary>
    public static TBuilder WithParameter<TBuilder>(this TBuilder route, string name, string meaning) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new ParameterMeaning(name, meaning));

    /// <summary>What the routes of a tag are about; said once is enough.</summary>
    public static TBuilder WithTagMeaning<TBuilder>(this TBuilder routes, string meaning) where TBuilder : IEndpointConventionBuilder =>
        routes.WithMetadata(new TagMeaning(meaning));

    /// <summary>What an answer is, where the description of its body's type does not say it.</summary>
    public static TBuilder WithAnswer<TBuilder>(this TBuilder route, int status, string meaning) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new AnswerMeaning(status, meaning));

    /// <summary>What the route creates has no address of its own: its 201 comes without <c>Location</c>.</summary>
    public static TBuilder WithoutLocation<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new HasNoLocation());

    /// <summary>The route answers a file, whole or the part of it that <c>Range</c> names.</summary>
    /// <param name="mediaType">With a star where it is the file's own.</param>
    public static TBuilder AnswersFile<TBuilder>(this TBuilder route, string mediaType = "*/*") where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new AnsweredFile(mediaType));

    /// <summary>
    /// The route's answers carry an <c>ETag</c>. A GET takes <c>If-None-Match</c> and answers 304; PUT, PATCH and DELETE take <c>If-Match</c> and
    /// answer 412.
    /// </summary>
    public static TBuilder WithEntityTag<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new AnswersEntityTag());
}

internal sealed record ParameterMeaning(string Name, string Text);

internal sealed record TagMeaning(string Text);

internal sealed record AnswerMeaning(int Status, string Text);

/// <summary>Endpoint metadata: see <see cref="RouteTexts.WithoutLocation"/>.</summary>
internal sealed class HasNoLocation;

/// <summary>Endpoint metadata: see <see cref="RouteTexts.AnswersFile"/>.</summary>
internal sealed record AnsweredFile(string MediaType);

/// <summary>
/// Endpoint metadata of a WebSocket: a JSON Schema of what the client may send. OpenAPI has no place for it, so the document shows it as
/// <c>x-client-messages</c>.
/// </summary>
internal sealed record TakenFrames(Func<JsonObject> Schema);

/// <summary>Endpoint metadata: see <see cref="RouteTexts.WithEntityTag"/>.</summary>
internal sealed class AnswersEntityTag;
