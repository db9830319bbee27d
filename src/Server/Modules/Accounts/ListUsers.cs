using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Accounts;

/// <summary>Admins look through the accounts, oldest first, by role, and by a part of name or e-mail, or any spelling of a whole address.</summary>
internal static class ListUsers
{
    const int MaxQueryLength = 200;

    public static void Map(IEndpointRouteBuilder api) => api
        .MapGet("/api/v1/users", HandleAsync)
        .WithName("ListUsers").WithTags("Accounts").WithSummary("List accounts (admin).")
        .ProducesProblem(400).ProducesProblem(401).ProducesProblem(403)
        .RequireRoles(Role.Admin);

    static async Task<Results<Ok<Page<UserResponse>>, ProblemHttpResult>> HandleAsync(
        ConsiliumDb db, string? role, string? q, Limit? limit, string? cursor, CancellationToken cancellationToken)
    {
        var users = db.Set<User>().AsNoTracking();
        if (role is not null)
        {
            if (RoleNames.Parse(role) is not { } wanted)
                return Problems.Invalid("role", $"must be one of {string.Join(", ", Enum.GetValues<Role>().Select(r => r.Wire()))}.");
            users = users.Where(u => u.Role == wanted);
        }
        if (!string.IsNullOrWhiteSpace(q))
        {
            if (q.Length > MaxQueryLength) return Problems.Invalid("q", $"must have at most {MaxQueryLength} characters.");
            var pattern = $"%{Escaped(q.Trim())}%";
            var key = EmailAddress.KeyOf(q.Trim());
            users = users.Where(u => EF.Functions.ILike(u.Email!, pattern) || EF.Functions.ILike(u.Name!, pattern)
                || (key != null && u.EmailKey == key));
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

    static string Escaped(string text) =>
        string.Concat(text.Select(letter => letter is '%' or '_' or '\\' ? $"\\{letter}" : letter.ToString()));
}
