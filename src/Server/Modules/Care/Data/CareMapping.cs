using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Consilium.Modules.Care.Data;

internal sealed class HospitalMapping : IEntityTypeConfiguration<Hospital>
{
    public void Configure(EntityTypeBuilder<Hospital> builder) => builder.ToTable("hospitals", "care");
}

internal sealed class DoctorMapping : IEntityTypeConfiguration<Doctor>
{
    public void Configure(EntityTypeBuilder<Doctor> builder) => builder.ToTable("doctors", "care");
}

internal sealed class PatientMapping : IEntityTypeConfiguration<Patient>
{
    public void Configure(EntityTypeBuilder<Patient> builder) => builder.ToTable("patients", "care");
}
