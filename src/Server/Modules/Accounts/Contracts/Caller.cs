using System.Reflection;

namespace Consilium.Modules.Accounts.Contracts;

/// <summary>Who is asking: from the access token, the API key or the stream ticket. A handler simply takes a <c>Caller</c> parameter.</summary>
/// <param name="UserId">The account; for an API key, the account it acts as.</param>
/// <param name="Role">The account's role.</param>
/// <param name="Name">The account's display name, when it has one.</param>
/// <param name="SessionId">The session, or the id of the API key.</param>
/// <param name="IsApiKey">Whether a program asks with an API key.</param>
/// <param name="Scopes">The scopes of the API key; empty for people, who are judged by role.</param>
public sealed record Caller(Guid UserId, Role Role, string? Name, Guid SessionId, bool IsApiKey, IReadOnlySet<string> Scopes)
    : IBindableFromHttpContext<Caller>
{
    /// <summary>Staff and admins: whoever works other people's cases and tickets.</summary>
    public bool IsStaff => Role is Role.Staff or Role.Admin;

    public bool Is(params ReadOnlySpan<Role> roles) => roles.Contains(Role);

    static ValueTask<Caller?> IBindableFromHttpContext<Caller>.BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult(context.FindCaller());
}

/// <summary>The caller of a request.</summary>
public static class CallerExtensions
{
    /// <summary>The caller of a route that needs one.</summary>
    /// <exception cref="InvalidOperationException">The route is open to anyone and nobody has signed in.</exception>
    public static Caller Caller(this HttpContext context) =>
        context.FindCaller() ?? throw new InvalidOperationException("This route has no caller; on a route open to anyone use FindCaller.");

    /// <summary>The caller, or null on a route that is open to anyone when nobody has signed in.</summary>
    public static Caller? FindCaller(this HttpContext context) => (context.User.Identity as CallerIdentity)?.Caller;
}
