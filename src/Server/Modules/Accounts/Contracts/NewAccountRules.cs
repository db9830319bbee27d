using Consilium.Platform.Validation;
using FluentValidation;

namespace Consilium.Modules.Accounts.Contracts;

/// <summary>What a new account's e-mail and password must be, for the validators of those who make one.</summary>
internal static class NewAccountRules
{
    /// <summary>The longest password that is taken, in Unicode code points.</summary>
    public const int MaxPassword = PasswordPolicy.MaximumLength;

    public static IRuleBuilderOptions<T, string?> Email<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(email => !string.IsNullOrWhiteSpace(email)).WithMessage("is required.")
        .OptionalEmail();

    public static IRuleBuilderOptions<T, string?> OptionalEmail<T>(this IRuleBuilder<T, string?> rule) => rule
        .OptionalText(EmailAddress.MaxLength)
        .Must(email => string.IsNullOrWhiteSpace(email) || EmailAddress.IsValid(email.Trim()))
        .WithMessage("must be an e-mail address, with a domain that can exist.");

    public static IRuleBuilderOptionsConditions<T, string?> NewPassword<T>(
        this IRuleBuilder<T, string?> rule, IPasswordPolicy policy, Func<T, string?> email) => rule
        .Custom((password, context) =>
        {
            if (string.IsNullOrEmpty(password)) context.AddFailure("is required.");
            else if (policy.Fault(password, email(context.InstanceToValidate)) is { } fault) context.AddFailure(fault);
        });
}

/// <summary>What makes a password acceptable here.</summary>
internal interface IPasswordPolicy
{
    /// <summary>What to tell the user, or null when the password is fine.</summary>
    string? Fault(string password, string? email);
}
