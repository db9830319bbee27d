using System.Reflection;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.MediaTypes;
using FluentValidation;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Accounts;

/// <summary>As JSON, or as a form as OAuth 2.0's password grant sends it; other members are ignored.</summary>
/// <param name="Username">The e-mail address of the account.</param>
/// <param name="Password">Its password.</param>
internal sealed record LogInRequest(string? Username, string? Password) : IBindableFromHttpContext<LogInRequest>
{
    public const string Form = "application/x-www-form-urlencoded";

    const int MaxFormLength = 16 * 1024;

    static async ValueTask<LogInRequest?> IBindableFromHttpContext<LogInRequest>.BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var request = context.Request;
        try
        {
            if (request.HasJsonContentType()) return await request.ReadFromJsonAsync<LogInRequest>(context.RequestAborted);
            if (DeclaredMediaType.Parse(request.ContentType)?.MediaType != Form)
                throw new BadHttpRequestException("Send JSON or an urlencoded form.", StatusCodes.Status415UnsupportedMediaType);
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = MaxFormLength;
            var form = await request.ReadFormAsync(context.RequestAborted);
            return new(form["username"], form["password"]);
        }
        catch (Exception fault) when (fault is JsonException or InvalidDataException)
        {
            throw new BadHttpRequestException("The body could not be read.", StatusCodes.Status400BadRequest, fault);
        }
    }
}

internal sealed class LogInValidator : AbstractValidator<LogInRequest>
{
    public LogInValidator()
    {
        RuleFor(r => r.Username).NotEmpty().WithMessage("is required.").MaximumLength(EmailAddress.MaxLength).WithMessage("is too long.");
        RuleFor(r => r.Username).Must(name => name?.Contains('\0') != true).WithMessage("must not contain the character NUL.");
        RuleFor(r => r.Password).NotEmpty().WithMessage("is required.").MaximumLength(4 * PasswordPolicy.MaximumLength).WithMessage("is too long.");
    }
}

/// <summary>Anyone with an account starts a session. An unknown e-mail, a wrong password and a closed account get the same answer.</summary>
internal static class LogIn
{
    public static void Map(IEndpointRouteBuilder api)
    {
        foreach (var path in (string[])["/api/v1/auth/login", "/auth/login"])
            api.MapPost(path, HandleAsync)
                .WithTags("Accounts").WithSummary("Log in with e-mail and password, as JSON or as a form.")
                .WithDescription("Opens a session. Whatever is wrong, the answer is the same 401. After several wrong passwords comes a pause: 429.")
                .Accepts<LogInRequest>("application/json", LogInRequest.Form)
                .ProducesProblem(400).ProducesProblem(401).ProducesProblem(415).ProducesProblem(429).ProducesProblem(503)
                .AllowAnonymous().WithMetadata(new NoIdempotency());
    }

    static async Task<Results<Ok<LogInResponse>, ProblemHttpResult>> HandleAsync(
        LogInRequest request, HttpContext http, PasswordCheck passwords, PasswordHashing hashing, Sessions sessions, ConsiliumDb db, IAuditTrail audit,
        CancellationToken cancellationToken)
    {
        User? user = null;
        var verdict = await passwords.CheckAsync(request.Username!, http, request.Password!, async () =>
        {
            user = await db.Set<User>().FindByEmailAsync(request.Username!, cancellationToken);
            return user is { CanLogIn: true } ? user.PasswordHash : null;
        }, cancellationToken);
        if (verdict == PasswordVerdict.Wrong)
        {
            var resource = $"user/{user?.Id.ToString() ?? "unknown"}";
            await audit.RecordAsync(new(ActorId: null, ActorRole: null, "session.refused", resource, AuditOutcome.Denied), cancellationToken);
            http.Response.Headers.WWWAuthenticate = BearerAuthentication.SchemeName;
            return Problems.Of(401, "invalid_credentials", "E-mail or password is wrong.");
        }
        if (verdict == PasswordVerdict.RightButOutdated) user!.Rehash(await hashing.HashAsync(request.Password!, cancellationToken));
        var answer = sessions.Start(user!);
        audit.Add(new(user!.Id, user.Role.Wire(), "session.started", $"user/{user.Id}"));
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Ok(answer);
    }
}
