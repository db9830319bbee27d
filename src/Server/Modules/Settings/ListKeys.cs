using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Consilium.Platform.Secrets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Settings;

/// <summary>Shows the vault's keys, how far they are and what still needs them; never their material.</summary>
internal static class ListKeys
{
    public static void Map(IEndpointRouteBuilder security) => security.MapGet("/keys", HandleAsync)
        .WithName("ListKeys")
        .WithSummary("List the data keys")
        .WithDescription("Newest first: the first one of the first page is the active one. Never their material.")
        .ProducesProblem(400).ProducesProblem(403)
        .RequireRight(SettingsRule.ManageSecurity);

    static async Task<Results<Ok<Page<KeyResponse>>, ProblemHttpResult>> HandleAsync(
        DataKeys keys, CancellationToken cancellationToken, Limit? limit = null, string? cursor = null)
    {
        var before = Guid.Empty;
        if (cursor is not null && !Cursor.TryRead(cursor, out before)) return Problems.Invalid("cursor", "is not a cursor of this list.");
        var size = Limit.Or(limit);
        var page = Page.Of(await keys.ListAsync(cursor is null ? null : before, size + 1, cancellationToken), size, key => key.Id);
        var items = new List<KeyResponse>();
        foreach (var key in page.Items) items.Add(KeyResponse.Of(key, await keys.InUseAsync(key.Id, cancellationToken)));
        return TypedResults.Ok(new Page<KeyResponse>(items, page.NextCursor));
    }
}
