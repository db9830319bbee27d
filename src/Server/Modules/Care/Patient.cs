using Consilium.Platform.Json;
using Consilium.Platform.Text;

namespace Consilium.Modules.Care;

/// <summary>A patient: with the id of their account, or, as a dependant, an id of their own and the account that added them.</summary>
internal sealed class Patient
{
    static readonly TimeSpan EarliestZone = TimeSpan.FromHours(14);

    public Guid Id { get; private set; }
    public Guid UserId { get; private set; }
    public string Name { get; private set; } = "";
    public DateOnly? Dob { get; private set; }

    /// <summary>As told, where no date of birth is known.</summary>
    public int? Age { get; private set; }

    public string? Gender { get; private set; }
    public string? Contact { get; private set; }
    public string? Photo { get; private set; }
    public string? BloodGroup { get; private set; }
    public decimal? Height { get; private set; }
    public decimal? Weight { get; private set; }
    public string[] Allergies { get; private set; } = [];
    public string[] Medications { get; private set; } = [];
    public string[] Conditions { get; private set; } = [];
    public string? EmergencyContactName { get; private set; }
    public string? EmergencyContactNumber { get; private set; }
    public string? Address { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public static Patient Create(Guid id, Guid userId, PatientFields fields, DateTimeOffset now)
    {
        var patient = new Patient { Id = id, UserId = userId, CreatedAt = now };
        patient.Change(fields, PartialUpdate.OfNothing, now);
        return patient;
    }

    public void Change(PatientFields fields, PartialUpdate update, DateTimeOffset now)
    {
        Name = fields.Name?.Trimmed() ?? Name;
        Dob = update.Value(nameof(Dob), fields.Dob, Dob);
        Age = update.Value(nameof(Age), fields.Age, Age);
        Gender = update.Text(nameof(Gender), fields.Gender, Gender);
        Contact = update.Text(nameof(Contact), fields.Contact, Contact);
        Photo = update.Text(nameof(Photo), fields.Photo, Photo);
        BloodGroup = update.Text(nameof(BloodGroup), fields.BloodGroup, BloodGroup);
        Height = update.Value(nameof(Height), fields.Height, Height);
        Weight = update.Value(nameof(Weight), fields.Weight, Weight);
        Allergies = update.Texts(nameof(fields.MedicalInfo), nameof(Allergies), fields.MedicalInfo?.Allergies, fields.Allergies, Allergies);
        Medications = update.Texts(nameof(fields.MedicalInfo), nameof(Medications), fields.MedicalInfo?.Medications, fields.Medications, Medications);
        Conditions = update.Texts(nameof(fields.MedicalInfo), nameof(Conditions), fields.MedicalInfo?.Conditions, fields.Conditions, Conditions);
        EmergencyContactName = update.Text(nameof(EmergencyContactName), fields.EmergencyContactName, EmergencyContactName);
        EmergencyContactNumber = update.Text(nameof(EmergencyContactNumber), fields.EmergencyContactNumber, EmergencyContactNumber);
        Address = update.Text(nameof(Address), fields.Address, Address);
        UpdatedAt = now;
    }

    /// <summary>The date at UTC+14, where a day begins first. We do not know where a patient is, so a day that has begun anywhere has begun for them.</summary>
    public static DateOnly Today(TimeProvider clock) => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime + EarliestZone);

    public static int AgeOf(DateOnly dob, DateOnly today)
    {
        var years = today.Year - dob.Year;
        return Math.Max(0, dob.AddYears(years) > today ? years - 1 : years);
    }
}
