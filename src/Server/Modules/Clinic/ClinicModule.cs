using Consilium.Platform.Jobs;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Seeding;

namespace Consilium.Modules.Clinic;

/// <summary>The Clinic door: appointments between patients and doctors.</summary>
internal static class ClinicModule
{
    public const string Appointments = "/api/v1/appointments";

    public static void AddClinic(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ClinicJson.Default));
        services.AddSingleton(ReminderSettings.From(builder.Configuration));
        services.AddScoped<AppointmentAccess>();
        services.AddScoped<AppointmentList>();
        services.AddScoped<Placing>();
        services.AddScoped<Reminders>();
        services.AddScoped<IJobHandler, Remind>();
        services.AddScoped<BookAppointment>();
        services.AddScoped<ChangeAppointment>();
        services.AddScoped<EndAppointment>();
        services.AddScoped<GetSlots>();
        services.AddSingleton<ISeeder, SeedAppointments>();
    }

    public static void MapClinic(this RouteGroupBuilder api)
    {
        var appointments = api.MapGroup(Appointments).WithTags("Appointments")
            .WithTagMeaning("Appointments between doctors and patients, free slots, reminders.")
            .WithParameter("id", "The appointment, by its id.");
        BookAppointment.Map(appointments);
        ListAppointments.Map(appointments);
        GetAppointment.Map(appointments);
        ChangeAppointment.Map(appointments);
        EndAppointment.Map(appointments);
        ListReminders.Map(appointments);
        GetSlots.Map(api.MapGroup("/api/v1/doctors").WithTags("Appointments").WithParameter("id", "The doctor, by their id."));
    }
}
