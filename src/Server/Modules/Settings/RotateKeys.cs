using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Secrets;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Settings;

/// <summary>Why the data key is rotated.</summary>
/// <param name="Reason">Why: it is kept in the audit trail. At most 500 characters.</param>
internal sealed record RotateKeysRequest(string? Reason = null);

internal sealed class RotateKeysValidator : AbstractValidator<RotateKeysRequest>
{
    public RotateKeysValidator() => RuleFor(r => r.Reason).OptionalText(500);
}

/// <summary>Gives the vault a new key. What the one before has sealed stays readable and is sealed again in the background.</summary>
internal static class RotateKeys
{
    public static void Map(IEndpointRouteBuilder security) => security.MapPost("/keys/rotate", HandleAsync)
        .WithName("RotateKeys")
        .WithSummary("Rotate the data key")
        .WithDescription("""
            Everything is sealed by the new key from now on. Stored values of the one before are sealed again in the background; it is retired once none is left.
            The body may be left out.
            """)
        .ProducesProblem(400).ProducesProblem(403).ProducesProblem(409)
        .RequireRight(SettingsRule.ManageSecurity).ReplaysToAllItsCallers();

    static Task<Created<KeyResponse>> HandleAsync(
        RotateKeysRequest? request, Caller caller, DataKeys keys, RequestTransaction transaction, ConsiliumDb db, IAuditTrail audit,
        CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        var made = await keys.RotateAsync(caller.UserId, cancellationToken);
        audit.Add(new(caller.UserId, caller.Role.Wire(), "security.key_rotated", $"data_key/{made.Id}", Reason: request?.Reason.TrimmedOrNull()));
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Created("/api/v1/security/keys", KeyResponse.Of(made, inUse: 0));
    }, cancellationToken);
}
