using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Consilium.Platform.Search;
using Npgsql;

namespace Consilium.Modules.Files;

/// <summary>The text of one page of a document.</summary>
/// <param name="Page">From 1. A page of a PDF, or a piece of a text file.</param>
/// <param name="Text">Without what the eye does not see.</param>
internal sealed record PageTextResponse(int Page, string Text);

/// <summary>Gives the text of a document, page by page, to whoever may read the file.</summary>
internal sealed class GetText(NpgsqlDataSource database, FileAccess access)
{
    public const int MaxQuery = 200;

    public static void Map(RouteGroupBuilder files) => files.MapGet("/{id:guid}/text", (
            Guid id, Caller caller, HttpContext http, GetText useCase, [MaxLength(GetText.MaxQuery)] string? q = null, string? cursor = null,
            Limit? limit = null) =>
            useCase.HandleAsync(id, q, cursor, limit, caller, http))
        .WithSummary("Read the text of a document")
        .WithParameter("q", "Only pages with these words.")
        .WithDescription("""
            The pages of a PDF, a text or a CSV file that have text, in order; empty until they have been read. With `q` only pages in which every word
            occurs: whole, as the beginning or inside of a word, without regard to case, accents and punctuation, with one mistake forgiven in words of
            five letters and more. Words in quotes are a phrase, which must occur as it is.
            """)
        .Produces<Page<PageTextResponse>>().ProducesProblem(400).ProducesProblem(409);

    async Task<IResult> HandleAsync(Guid id, string? q, string? cursor, Limit? limit, Caller caller, HttpContext http)
    {
        var after = 0;
        if (cursor is not null && !Cursor.TryRead(cursor, out after)) return Problems.Invalid("cursor", "is not a cursor of this list.");
        var (file, problem) = await access.FindAsync(id, q is null ? "file.text" : "file.search", http, caller);
        return file is null ? problem! : TypedResults.Ok(await PagesAsync(file, q, after, Limit.Or(limit), http.RequestAborted));
    }

    async Task<Page<PageTextResponse>> PagesAsync(ReadableFile file, string? q, int after, int limit, CancellationToken cancellationToken)
    {
        var terms = q is null ? null : await SearchTerms.ParseAsync(database, q, cancellationToken);
        await using var command = database.CreateCommand();
        command.Parameters.With(file.Sha256).With(after).With(limit + 1);
        command.CommandText = $"""
            SELECT page, content FROM files.pages WHERE sha256 = $1 AND page > $2{terms?.Condition("search_text", command.Parameters)} ORDER BY page LIMIT $3
            """;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var pages = new List<PageTextResponse>();
        while (await row.ReadAsync(cancellationToken)) pages.Add(new(row.GetInt32(0), row.GetString(1)));
        return Platform.Paging.Page.Of(pages, limit, last => last.Page);
    }
}
