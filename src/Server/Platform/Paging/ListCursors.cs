using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;

namespace Consilium.Platform.Paging;

/// <summary>
/// Binds the cursors of all lists: a cursor goes on in the list that gave it (the same address, the same filters, the same caller), and
/// everywhere else it is a 400. No list does anything for it.
/// </summary>
internal static class ListCursors
{
    const string Name = "cursor";

    const string NotOfThisList =
        "is not a cursor of this list. Send next_cursor of the page before, with the same filters; leave it out for the first page.";

    /// <summary>What says how a page looks, and the numbers between which messages are listed: the cursor itself is one of them.</summary>
    static readonly string[] NoFilters = [Name, "limit", "format", "after", "before"];

    public static void BindsCursors(this RouteGroupBuilder routes) => routes.AddEndpointFilterFactory((handler, next) =>
    {
        var names = handler.MethodInfo.GetParameters().SelectMany(QueryNames).ToList();
        if (!names.Contains(Name, StringComparer.Ordinal)) return next;
        string[] filters = [.. names.Except(NoFilters, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return async invocation =>
        {
            var http = invocation.HttpContext;
            if (http.Request.Query.TryGetValue(Name, out var cursor) && (cursor is not [{ } one] || !Cursor.IsOf(one, ListOf(http, filters))))
                return Problems.Invalid(Name, NotOfThisList);
            var result = await next(invocation);
            if (PageOf(result) is { NextCursor: not null } page) page.BindCursor(ListOf(http, filters));
            return result;
        };
    });

    static IEnumerable<string> QueryNames(ParameterInfo parameter) => parameter.IsDefined(typeof(AsParametersAttribute))
        ? parameter.ParameterType.GetProperties().Select(property => NameOf(property) ?? property.Name)
        : [NameOf(parameter) ?? parameter.Name!];

    static string? NameOf(ICustomAttributeProvider declared) =>
        declared.GetCustomAttributes(inherit: false).OfType<IFromQueryMetadata>().FirstOrDefault()?.Name;

    static IPage? PageOf(object? result) => result switch
    {
        INestedHttpResult nested => PageOf(nested.Result),
        IValueHttpResult value => value.Value as IPage,
        _ => result as IPage,
    };

    /// <summary>A list as a short text: other lists have others.</summary>
    static string ListOf(HttpContext http, string[] filters)
    {
        var list = new StringBuilder();
        var route = (RouteEndpoint)http.GetEndpoint()!;
        Add(http.User.FindFirst("sub")?.Value);
        Add(route.RoutePattern.RawText);
        foreach (var parameter in route.RoutePattern.Parameters) Add(http.Request.RouteValues[parameter.Name] as string);
        foreach (var filter in filters)
            if (http.Request.Query.TryGetValue(filter, out var values)) Add($"{filter}={values}");
        return WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.UTF8.GetBytes(list.ToString())).AsSpan(0, 9));

        void Add(string? part) => list.Append(part?.Length ?? 0).Append(' ').Append(part);
    }
}
