using System.Collections.ObjectModel;
using System.Text.Json;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Api;

/// <summary>A route as the application itself describes it: what it takes is read from there, and nothing is kept in step by hand.</summary>
internal sealed record Route(string Method, string Pattern, RouteEndpoint Endpoint)
{
    public string Key => $"{Method} {Pattern}";

    public bool IsAnonymous => Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    /// <summary>The names in braces.</summary>
    public IReadOnlyList<string> PathParameters => [.. Endpoint.RoutePattern.Parameters.Select(p => p.Name)];

    /// <summary>The members of the JSON body and their types; empty without a body.</summary>
    public IReadOnlyDictionary<string, Type> BodyMembers =>
        Endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is { RequestType: { } type } accepts && type != typeof(Stream) && accepts.ContentTypes.Contains("application/json")
        ? type.GetProperties().ToDictionary(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name), p => Plain(p.PropertyType), StringComparer.Ordinal)
        : ReadOnlyDictionary<string, Type>.Empty;

    /// <summary>Whether it may be left out.</summary>
    public bool BodyIsOptional => Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.IsOptional == true;

    public bool TakesForms => Endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes.Contains("application/x-www-form-urlencoded") == true;

    /// <summary>The query parameters and their types.</summary>
    public IReadOnlyDictionary<string, Type> QueryParameters => Endpoint.Metadata.OfType<IParameterBindingMetadata>()
        .Select(p => (Name: p.ParameterInfo.GetCustomAttributes(inherit: false).OfType<FromQueryAttribute>().FirstOrDefault()?.Name ?? p.Name,
            Type: Plain(p.ParameterInfo.ParameterType), p.ParameterInfo))
        .Where(p => IsSimple(p.Type) && !PathParameters.Contains(p.Name)
            && !p.ParameterInfo.GetCustomAttributes(inherit: false).OfType<IFromHeaderMetadata>().Any())
        .ToDictionary(p => p.Name, p => p.Type, StringComparer.Ordinal);

    public static List<Route> Of(Server server) => [.. server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Where(method => method != "HEAD")
            .Select(method => new Route(method, "/" + endpoint.RoutePattern.RawText!.Trim('/'), endpoint)))
        .OrderBy(route => route.Pattern, StringComparer.Ordinal).ThenBy(route => route.Method, StringComparer.Ordinal)];

    static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    static bool IsSimple(Type type) =>
        type.IsPrimitive || type == typeof(string) || type == typeof(Guid) || type == typeof(DateTimeOffset) || type == typeof(Limit) || type.IsEnum;
}
