using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Modules.Care;

/// <summary>A hospital as every signed-in user sees it.</summary>
/// <param name="Id">The id of the hospital. For a hospital with an account it is the account's id.</param>
/// <param name="Name">The name of the hospital.</param>
/// <param name="Address">Street and number; null when it was not told.</param>
/// <param name="City">The city; null when it was not told.</param>
/// <param name="State">The state or region; null when it was not told.</param>
/// <param name="Country">The country; null when it was not told.</param>
/// <param name="Contact">How to reach the hospital; null when it was not told.</param>
/// <param name="PinCode">The postal code; null when it was not told.</param>
/// <param name="Email">The hospital's e-mail address; null when it was not told.</param>
/// <param name="Specialities">What the hospital practises.</param>
/// <param name="Link">Where the hospital is described, or found on a map; null when it was not told.</param>
/// <param name="Website">The address of the hospital's website; null when there is none.</param>
/// <param name="CreatedAt">When the profile was created.</param>
/// <param name="UpdatedAt">When the profile was last changed.</param>
internal sealed record HospitalResponse(
    Guid Id, string Name, string? Address, string? City, string? State, string? Country, string? Contact, string? PinCode, string? Email,
    IReadOnlyList<string> Specialities, string? Link, string? Website, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static HospitalResponse Of(Hospital hospital) => new(
        hospital.Id, hospital.Name, hospital.Address, hospital.City, hospital.State, hospital.Country, hospital.Contact, hospital.PinCode, hospital.Email,
        hospital.Specialities, hospital.Link, hospital.Website, hospital.CreatedAt, hospital.UpdatedAt);
}

/// <summary>Hospitals as rows of a query.</summary>
internal static class HospitalRows
{
    /// <summary>Of <c>care.hospitals</c> as <c>h</c>; deleted ones are for the query to leave out.</summary>
    public const string Columns =
        "h.id, h.name, h.address, h.city, h.state, h.country, h.contact, h.pin_code, h.email, h.specialities, h.link, h.website, h.created_at, h.updated_at";

    /// <summary>How many columns these are: what follows them has this ordinal.</summary>
    public const int Width = 14;

    public static HospitalResponse Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.NullableString(2), row.NullableString(3), row.NullableString(4), row.NullableString(5), row.NullableString(6),
        row.NullableString(7), row.NullableString(8), row.GetFieldValue<string[]>(9), row.NullableString(10), row.NullableString(11),
        row.GetFieldValue<DateTimeOffset>(12), row.GetFieldValue<DateTimeOffset>(13));
}
