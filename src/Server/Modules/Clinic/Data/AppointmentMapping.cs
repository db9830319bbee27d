using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Consilium.Modules.Clinic.Data;

internal sealed class AppointmentMapping : IEntityTypeConfiguration<Appointment>
{
    public void Configure(EntityTypeBuilder<Appointment> builder)
    {
        builder.ToTable("appointments", "clinic");
        builder.Property(a => a.Id).ValueGeneratedNever();
        builder.Property(a => a.Type).HasConversion(type => type.Wire(), name => AppointmentNames.ParseType(name)!.Value);
        builder.Property(a => a.Status).HasConversion(status => status.Wire(), name => AppointmentNames.ParseStatus(name)!.Value);
        builder.Property(a => a.Extras).HasColumnType("json");
        builder.HasQueryFilter(a => a.DeletedAt == null);
        builder.Ignore(a => a.IsOpen);
        builder.Ignore(a => a.Duration);
    }
}
