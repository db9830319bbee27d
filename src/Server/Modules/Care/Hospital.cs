using Consilium.Platform.Json;
using Consilium.Platform.Text;

namespace Consilium.Modules.Care;

/// <summary>A hospital: with the id of its account, or an id of its own where an administrator made it without one.</summary>
internal sealed class Hospital
{
    public Guid Id { get; private set; }
    public string Name { get; private set; } = "";
    public string? Address { get; private set; }
    public string? City { get; private set; }
    public string? State { get; private set; }
    public string? Country { get; private set; }
    public string? Contact { get; private set; }
    public string? PinCode { get; private set; }
    public string? Email { get; private set; }
    public string[] Specialities { get; private set; } = [];
    public string? Link { get; private set; }
    public string? Website { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }
    public DateTimeOffset? DeletedAt { get; private set; }

    public static Hospital Create(Guid id, HospitalFields fields, DateTimeOffset now)
    {
        var hospital = new Hospital { Id = id, CreatedAt = now };
        hospital.Change(fields, PartialUpdate.OfNothing, now);
        return hospital;
    }

    public void Change(HospitalFields fields, PartialUpdate update, DateTimeOffset now)
    {
        Name = fields.Name?.Trimmed() ?? Name;
        Address = update.Text(nameof(Address), fields.Address, Address);
        City = update.Text(nameof(City), fields.City, City);
        State = update.Text(nameof(State), fields.State, State);
        Country = update.Text(nameof(Country), fields.Country, Country);
        Contact = update.Text(nameof(Contact), fields.Contact, Contact);
        PinCode = update.Text(nameof(PinCode), fields.PinCode, PinCode);
        Email = update.Text(nameof(Email), fields.Email, Email);
        Specialities = update.Texts(nameof(Specialities), fields.Specialities, Specialities);
        Link = update.Text(nameof(Link), fields.Link, Link);
        Website = update.Text(nameof(Website), fields.Website, Website);
        UpdatedAt = now;
    }

    /// <summary>Nobody sees it from then on; what points to it stays.</summary>
    public void Delete(DateTimeOffset now) => (DeletedAt, UpdatedAt) = (now, now);
}
