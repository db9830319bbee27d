using Consilium.Platform.Validation;
using FluentValidation;

namespace Consilium.Modules.Care;

/// <summary>What is told of a patient: at the signup, of a dependant, and in parts when it changes.</summary>
internal abstract record PatientFields
{
    /// <summary>The patient's full name.</summary>
    [RefusesNull]
    public string? Name { get; init; }

    /// <summary>The date of birth. It may not lie in the future.</summary>
    public DateOnly? Dob { get; init; }

    /// <summary>In years, where no date of birth is known; from then on it is computed.</summary>
    public int? Age { get; init; }

    /// <summary>The patient's gender.</summary>
    public string? Gender { get; init; }

    /// <summary>How to reach the patient: a phone number, for example.</summary>
    public string? Contact { get; init; }

    /// <summary>Where a picture is.</summary>
    public string? Photo { get; init; }

    /// <summary>The blood group, such as <c>A+</c>.</summary>
    public string? BloodGroup { get; init; }

    /// <summary>In centimetres.</summary>
    public decimal? Height { get; init; }

    /// <summary>In kilograms.</summary>
    public decimal? Weight { get; init; }

    /// <summary>What the patient is allergic to, an entry each.</summary>
    public IReadOnlyList<string>? Allergies { get; init; }

    /// <summary>What the patient takes, an entry each.</summary>
    public IReadOnlyList<string>? Medications { get; init; }

    /// <summary>What the patient is known to have, an entry each.</summary>
    public IReadOnlyList<string>? Conditions { get; init; }

    /// <summary>The three lists as answers have them; a list that stands outside too counts from there.</summary>
    public MedicalInfoRequest? MedicalInfo { get; init; }

    /// <summary>Whom to call in an emergency.</summary>
    public string? EmergencyContactName { get; init; }

    /// <summary>The number to call in an emergency.</summary>
    public string? EmergencyContactNumber { get; init; }

    /// <summary>The postal address.</summary>
    public string? Address { get; init; }
}

/// <summary>What is known about a patient in three lists.</summary>
/// <param name="Allergies">What the patient is allergic to, an entry each.</param>
/// <param name="Medications">What the patient takes, an entry each.</param>
/// <param name="Conditions">What the patient is known to have, an entry each.</param>
internal sealed record MedicalInfoRequest(
    IReadOnlyList<string>? Allergies = null, IReadOnlyList<string>? Medications = null, IReadOnlyList<string>? Conditions = null);

internal sealed class MedicalInfoValidator : AbstractValidator<MedicalInfoRequest>
{
    public MedicalInfoValidator()
    {
        RuleFor(r => r.Allergies).Entries();
        RuleFor(r => r.Medications).Entries();
        RuleFor(r => r.Conditions).Entries();
    }
}

internal abstract class PatientFieldsValidator<T> : AbstractValidator<T> where T : PatientFields
{
    static readonly DateOnly Oldest = new(1880, 1, 1);

    protected PatientFieldsValidator(TimeProvider clock)
    {
        RuleFor(r => r.Dob).Must(dob => dob is null || (dob >= Oldest && dob <= Patient.Today(clock))).WithMessage("must be a date between 1880 and today.");
        RuleFor(r => r.Age).InclusiveBetween(0, 150).WithMessage("must be from 0 to 150.");
        RuleFor(r => r.Gender).OneOf(["", "male", "female", "other"]); // an empty one clears
        RuleFor(r => r.Contact).OptionalText(ProfileRules.Line);
        RuleFor(r => r.Photo).Address();
        RuleFor(r => r.BloodGroup).OptionalText(20);
        RuleFor(r => r.Height).InclusiveBetween(1, 300).WithMessage("must be from 1 to 300 centimetres.");
        RuleFor(r => r.Weight).InclusiveBetween(0.1m, 700).WithMessage("must be from 0.1 to 700 kilograms.");
        RuleFor(r => r.Allergies).Entries();
        RuleFor(r => r.Medications).Entries();
        RuleFor(r => r.Conditions).Entries();
        RuleFor(r => r.MedicalInfo!).SetValidator(new MedicalInfoValidator()).When(r => r.MedicalInfo is not null);
        RuleFor(r => r.EmergencyContactName).OptionalText(ProfileRules.Name);
        RuleFor(r => r.EmergencyContactNumber).OptionalText(ProfileRules.Line);
        RuleFor(r => r.Address).OptionalText(500);
    }
}
