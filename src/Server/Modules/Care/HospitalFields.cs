using Consilium.Platform.Validation;
using FluentValidation;

namespace Consilium.Modules.Care;

/// <summary>What is told of a hospital: at the signup or by an administrator, and in parts when it changes.</summary>
internal abstract record HospitalFields
{
    /// <summary>The name of the hospital.</summary>
    [RefusesNull]
    public string? Name { get; init; }

    /// <summary>Street and number.</summary>
    public string? Address { get; init; }

    /// <summary>The city where the hospital is.</summary>
    public string? City { get; init; }

    /// <summary>The state or region.</summary>
    public string? State { get; init; }

    /// <summary>The country where the hospital is.</summary>
    public string? Country { get; init; }

    /// <summary>How to reach the hospital: a phone number, for example.</summary>
    public string? Contact { get; init; }

    /// <summary>The postal code.</summary>
    public string? PinCode { get; init; }

    /// <summary>The hospital's e-mail address.</summary>
    public string? Email { get; init; }

    /// <summary>What the hospital practises, an entry each.</summary>
    public IReadOnlyList<string>? Specialities { get; init; }

    /// <summary>Where it is described, or found on a map.</summary>
    public string? Link { get; init; }

    /// <summary>The address of the hospital's website.</summary>
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
