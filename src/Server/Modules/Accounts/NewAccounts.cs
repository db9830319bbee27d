using Consilium.Platform.Database;
using FluentValidation;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Consilium.Modules.Accounts;

/// <summary>What all ways of creating an account share.</summary>
internal static class NewAccounts
{
    /// <summary>Saves; false when the e-mail is taken. The index decides, so that two at once cannot both get it.</summary>
    public static async Task<bool> TrySaveAsync(ConsiliumDb db, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException fault)
            when (fault.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "users_email" })
        {
            return false;
        }
    }

    public static IRuleBuilderOptions<T, string?> Email<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(email => !string.IsNullOrWhiteSpace(email)).WithMessage("is required.")
        .Must(email => string.IsNullOrWhiteSpace(email) || EmailAddress.IsValid(email.Trim())).WithMessage("must be an e-mail address.");

    public static IRuleBuilderOptionsConditions<T, string?> NewPassword<T>(
        this IRuleBuilder<T, string?> rule, PasswordPolicy policy, Func<T, string?> email) => rule
        .Custom((password, context) =>
        {
            if (string.IsNullOrEmpty(password)) context.AddFailure("is required.");
            else if (policy.Fault(password, email(context.InstanceToValidate)) is { } fault) context.AddFailure(fault);
        });
}
