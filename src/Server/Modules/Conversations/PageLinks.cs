using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;

namespace Consilium.Modules.Conversations;

/// <summary>The whole address of another page of the list that is asked for.</summary>
internal static class PageLinks
{
    public static string To(HttpRequest request, int page)
    {
        var parameters = request.Query.Where(parameter => !parameter.Key.Equals("page", StringComparison.OrdinalIgnoreCase))
            .SelectMany(parameter => parameter.Value, (parameter, value) => KeyValuePair.Create(parameter.Key, value))
            .Append(KeyValuePair.Create("page", (string?)page.ToString(CultureInfo.InvariantCulture)));
        return UriHelper.BuildAbsolute(request.Scheme, request.Host, request.PathBase, request.Path, QueryString.Create(parameters));
    }
}
