using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Consilium.Platform.Search;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Consilium.Modules.Accounts;

/// <summary>Admins look through the accounts, oldest first, by role, and by words in name and e-mail address or any spelling of a whole address.</summary>
internal static class ListUsers
{
    const int MaxQueryLength = 200;

    public static void Map(IEndpointRouteBuilder api) => api
        .MapGet("/api/v1/users", HandleAsync)
        .WithName("ListUsers").WithTags("Accounts").WithSummary("List accounts (admin).")
        .WithDescription("Oldest first. With `q` only accounts in whose name and e-mail address every word of it occurs, and the account of that address in any spelling.")
        .WithParameter("role", "Only accounts with this role.")
        .WithParameter("q", "Only accounts whose e-mail address or name contains this text.")
        .ProducesProblem(400).ProducesProblem(401).ProducesProblem(403)
        .RequireRoles(Role.Admin);

    static async Task<Results<Ok<Page<UserResponse>>, ProblemHttpResult>> HandleAsync(
        ConsiliumDb db, NpgsqlDataSource database, [OneOf(typeof(Role))] string? role, [MaxLength(MaxQueryLength)] string? q, Limit? limit,
        string? cursor, CancellationToken cancellationToken)
    {
        if (q?.Length > MaxQueryLength) return Problems.Invalid("q", $"must have at most {MaxQueryLength} characters.");
        var users = (q is null ? db.Set<User>() : Found(db, await SearchTerms.ParseAsync(database, q, cancellationToken), EmailAddress.KeyOf(q.Trim()))).AsNoTracking();
        if (role is not null)
        {
            if (RoleNames.Parse(role) is not { } wanted)
                return Problems.Invalid("role", $"must be one of {string.Join(", ", Enum.GetValues<Role>().Select(r => r.Wire()))}.");
            users = users.Where(u => u.Role == wanted);
        }
        if (cursor is not null)
        {
            if (!Cursor.TryRead<Guid>(cursor, out var after)) return Problems.Invalid("cursor", "is not a cursor of this list.");
            users = users.Where(u => u.Id > after);
        }
        var size = Limit.Or(limit);
        var page = Page.Of(await users.OrderBy(u => u.Id).Take(size + 1).ToListAsync(cancellationToken), size, u => u.Id);
        return TypedResults.Ok(new Page<UserResponse>([.. page.Items.Select(UserResponse.Of)], page.NextCursor));
    }

    /// <param name="key">The canonical form of the address that was asked for; null when it is none.</param>
    static IQueryable<User> Found(ConsiliumDb db, SearchTerms? terms, string? key)
    {
        if (terms is null) return db.Set<User>();
        var words = string.Join(" AND ", terms.All.Select((_, i) => $"u.search_text ~ {{{i}}}"));
        var sql = $"SELECT * FROM accounts.users u WHERE {words} OR u.email_key = {{{terms.All.Count}}}";
        return db.Set<User>().FromSqlRaw(sql, [.. terms.All.Select(term => term.Pattern), key ?? ""]);
    }
}
