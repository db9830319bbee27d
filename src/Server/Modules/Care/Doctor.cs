using Consilium.Platform.Json;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;

namespace Consilium.Modules.Care;

/// <summary>A doctor, with the id of their account.</summary>
internal sealed class Doctor
{
    public Guid Id { get; private set; }
    public string Name { get; private set; } = "";
    public string? Photo { get; private set; }
    public string? Designation { get; private set; }
    public string? Experience { get; private set; }
    public string? Details { get; private set; }
    public string? Contact { get; private set; }
    public string[] Specialities { get; private set; } = [];
    public TimeOnly? ShiftTimeStart { get; private set; }
    public TimeOnly? ShiftTimeEnd { get; private set; }
    public string TimeZone { get; private set; } = "UTC";
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    public static Doctor Create(Guid id, DoctorFields fields, DateTimeOffset now)
    {
        var doctor = new Doctor { Id = id, CreatedAt = now };
        doctor.Change(fields, PartialUpdate.OfNothing, now);
        return doctor;
    }

    public void Change(DoctorFields fields, PartialUpdate update, DateTimeOffset now)
    {
        Name = fields.Name?.Trimmed() ?? Name;
        Photo = update.Text(nameof(Photo), fields.Photo, Photo);
        Designation = update.Text(nameof(Designation), fields.Designation, Designation);
        Experience = update.Text(nameof(Experience), fields.Experience, Experience);
        Details = update.Text(nameof(Details), fields.Details, Details);
        Contact = update.Text(nameof(Contact), fields.Contact, Contact);
        Specialities = update.Texts(nameof(Specialities), fields.Specialities, Specialities);
        if (fields.ShiftTimeStart is not null || fields.ShiftTimeEnd is not null)
            (ShiftTimeStart, ShiftTimeEnd) = (ProfileRules.TimeOfDay(fields.ShiftTimeStart), ProfileRules.TimeOfDay(fields.ShiftTimeEnd));
        else if (update.Clears(nameof(ShiftTimeStart)) || update.Clears(nameof(ShiftTimeEnd)))
            (ShiftTimeStart, ShiftTimeEnd) = (null, null);
        var zone = update.Text(nameof(TimeZone), fields.TimeZone, TimeZone) ?? "UTC";
        TimeZone = TimeZones.NameOf(zone) ?? zone;
        UpdatedAt = now;
    }
}
