using System.Text;
using System.Text.Json;
using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Secrets;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Settings;

/// <summary>A value to encrypt.</summary>
/// <param name="Value">Any JSON value but null, at most 64 KB.</param>
internal sealed record EncryptValueRequest(JsonElement Value);

internal sealed class EncryptValueValidator : AbstractValidator<EncryptValueRequest>
{
    const int MaxBytes = 64 * 1024;

    public EncryptValueValidator() => RuleFor(r => r.Value)
        .Must(value => value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)).WithMessage("is required.")
        .Must(value => value.ValueKind == JsonValueKind.Undefined || Encoding.UTF8.GetByteCount(value.GetRawText()) <= MaxBytes)
        .WithMessage("must have at most 64 KB as JSON.");
}

/// <summary>An encrypted value.</summary>
/// <param name="EncryptedValue">Base64, to be kept as it is.</param>
/// <param name="KeyId">The data key that sealed it.</param>
internal sealed record EncryptValueResponse(string EncryptedValue, Guid KeyId);

/// <summary>Seals a value for whoever keeps it elsewhere. Nothing of it is stored here.</summary>
internal static class EncryptValue
{
    public static void Map(IEndpointRouteBuilder security) => security.MapPost("/encrypt", HandleAsync)
        .WithName("EncryptValue")
        .WithSummary("Encrypt a value")
        .WithDescription("AES-256-GCM under the active data key. Nothing of the value is stored here: keep the answer, and open it with `POST /api/v1/security/decrypt`.")
        .ProducesProblem(400).ProducesProblem(403)
        .RequireRight(SettingsRule.UseSecurity)
        .WithMetadata(new NoIdempotency());

    static async Task<Ok<EncryptValueResponse>> HandleAsync(
        EncryptValueRequest request, RequestTransaction transaction, Vault vault, HttpContext http, CancellationToken cancellationToken)
    {
        var value = JsonSerializer.SerializeToUtf8Bytes(request.Value);
        var kept = await transaction.RunAsync(() => vault.SealAsync(value, SealedText.BoundTo, cancellationToken), cancellationToken);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new EncryptValueResponse(SealedText.Write(kept), kept.KeyId));
    }
}
