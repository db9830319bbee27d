using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Consilium.Modules.Files.Data;

internal sealed class BlobMapping : IEntityTypeConfiguration<Blob>
{
    public void Configure(EntityTypeBuilder<Blob> builder) => builder.ToTable("blobs", "files").HasKey(b => b.Sha256);
}

internal sealed class StoredFileMapping : IEntityTypeConfiguration<StoredFile>
{
    public void Configure(EntityTypeBuilder<StoredFile> builder)
    {
        builder.ToTable("files", "files");
        builder.HasOne<Blob>().WithMany().HasForeignKey(f => f.Sha256);
    }
}

internal sealed class UsageMapping : IEntityTypeConfiguration<Usage>
{
    public void Configure(EntityTypeBuilder<Usage> builder) => builder.ToTable("usage", "files").HasKey(u => u.OwnerId);
}

internal sealed class BlobPageMapping : IEntityTypeConfiguration<BlobPage>
{
    public void Configure(EntityTypeBuilder<BlobPage> builder)
    {
        builder.ToTable("pages", "files").HasKey(p => new { p.Sha256, p.Page });
        builder.HasOne<Blob>().WithMany().HasForeignKey(p => p.Sha256);
    }
}
