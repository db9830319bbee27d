using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.Secrets;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Settings;

/// <summary>An encrypted value to open.</summary>
/// <param name="EncryptedValue">Exactly as it was answered.</param>
/// <param name="Reason">Why: it is kept in the audit trail. At most 500 characters.</param>
internal sealed record DecryptValueRequest([property: MaxLength(StrictJsonBody.DefaultLimit)] string EncryptedValue, string? Reason = null);

internal sealed class DecryptValueValidator : AbstractValidator<DecryptValueRequest>
{
    public DecryptValueValidator() => RuleFor(r => r.Reason).OptionalText(500);
}

/// <summary>A value that was encrypted.</summary>
/// <param name="Value">The value: any JSON.</param>
internal sealed record DecryptValueResponse(JsonElement Value);

/// <summary>Opens what <see cref="EncryptValue"/> sealed. Audited and limited; whatever is wrong with the input has one answer.</summary>
internal sealed class DecryptValue(Vault vault, OpenLimit limit, IAuditTrail audit)
{
    public static void Map(IEndpointRouteBuilder security) => security.MapPost("/decrypt", (
            DecryptValueRequest request, Caller caller, DecryptValue useCase, HttpContext http) => useCase.HandleAsync(request, caller, http))
        .WithName("DecryptValue")
        .WithSummary("Decrypt a value")
        .WithDescription("""
            Every call is audited with its reason, and each caller may open so many values a minute (429 beyond that). Whatever is wrong with
            `encrypted_value` (changed, cut, not canonical base64, of another installation) is the same 400 `cannot_decrypt`.
            """)
        .ProducesProblem(400).ProducesProblem(403).ProducesProblem(429)
        .RequireRight(SettingsRule.UseSecurity)
        .WithMetadata(new NoIdempotency());

    async Task<Results<Ok<DecryptValueResponse>, ProblemHttpResult>> HandleAsync(DecryptValueRequest request, Caller caller, HttpContext http)
    {
        limit.Take(caller, http);
        http.Response.Headers.CacheControl = "no-store";
        var value = SealedText.Read(request.EncryptedValue);
        var plaintext = value is null ? null : await vault.OpenAsync(value.KeyId, value.Bytes, SealedText.BoundTo, http.RequestAborted);
        var (resource, outcome) = plaintext is null ? ("data_key/unknown", AuditOutcome.Failed) : ($"data_key/{value!.KeyId}", AuditOutcome.Ok);
        await audit.RecordAsync(new(caller.UserId, caller.Role.Wire(), "security.decrypt", resource, outcome, request.Reason.TrimmedOrNull()), http.RequestAborted);
        if (plaintext is null) return Problems.Of(400, "cannot_decrypt", "This is not a value that was encrypted here, or it was changed since.");
        using var json = JsonDocument.Parse(plaintext);
        var answer = new DecryptValueResponse(json.RootElement.Clone());
        CryptographicOperations.ZeroMemory(plaintext);
        return TypedResults.Ok(answer);
    }
}
