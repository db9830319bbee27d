using Consilium.Platform.Validation;
using FluentValidation;

namespace Consilium.Modules.Care;

/// <summary>What is told of a hospital: at the signup or by an administrator, and in parts when it changes.</summary>
internal abstract record HospitalFields
{
    public string? Name { get; init; }
    public string? Address { get; init; }
    public string? City { get; init; }
    public string? State { get; init; }
    public string? Country { get; init; }
    public string? Contact { get; init; }
    public string? PinCode { get; init; }
    public string? Email { get; init; }
    public IReadOnlyList<string>? Specialities { get; init; }

    /// <summary>Where it is described, or found on a map.</summary>
    public string? Link { get; init; }

    public string? Website { get; init; }
}

internal abstract class HospitalFieldsValidator<T> : AbstractValidator<T> where T : HospitalFields
{
    protected HospitalFieldsValidator()
    {
        RuleFor(r => r.Address).OptionalText(500);
        RuleFor(r => r.City).OptionalText(ProfileRules.Line);
        RuleFor(r => r.State).OptionalText(ProfileRules.Line);
        RuleFor(r => r.Country).OptionalText(ProfileRules.Line);
        RuleFor(r => r.Contact).OptionalText(ProfileRules.Line);
        RuleFor(r => r.PinCode).OptionalText(20);
        RuleFor(r => r.Specialities).Entries();
        RuleFor(r => r.Link).Address();
        RuleFor(r => r.Website).Address();
    }
}
