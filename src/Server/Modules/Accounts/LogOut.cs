using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;
using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Accounts;

/// <summary>Whoever is signed in ends this session, or with <c>?all=true</c> every session of the account.</summary>
internal static class LogOut
{
    public static void Map(IEndpointRouteBuilder api)
    {
        foreach (var path in (string[])["/api/v1/auth/logout", "/auth/logout"])
            api.MapPost(path, HandleAsync)
                .WithTags("Accounts").WithSummary("End this session, or with all=true every session of the account.")
                .WithDescription("Access and refresh tokens of the session count no more, and its streams end. `Clear-Site-Data` tells a browser to forget what this origin left in it.")
                .WithParameter("all", "Whether every session of the account ends, and not only this one.")
                .ProducesProblem(401)
                .WithMetadata(new NoIdempotency());
    }

    static Task<NoContent> HandleAsync(
        Caller caller, bool? all, HttpContext http, RequestTransaction transaction, Sessions sessions, ConsiliumDb db, IAuditTrail audit, CancellationToken cancellationToken) =>
        transaction.RunAsync(async () =>
        {
            if (all == true) await sessions.EndAllAsync(caller.UserId, except: null, "logout", cancellationToken);
            else await sessions.EndAsync(caller.SessionId, "logout", cancellationToken);
            var resource = all == true ? $"user/{caller.UserId}/sessions" : $"session/{caller.SessionId}";
            audit.Add(new(caller.UserId, caller.Role.Wire(), "session.ended", resource, Reason: "logout"));
            await db.SaveChangesAsync(cancellationToken);
            http.Response.Headers["Clear-Site-Data"] = "\"cache\", \"cookies\", \"storage\""; // a browser forgets what this origin left there
            return TypedResults.NoContent();
        }, cancellationToken);
}
