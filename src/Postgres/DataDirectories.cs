namespace Consilium.Postgres;

internal static class DataDirectories
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Creates the directory, for the owner only, when it is absent, and returns its path without links.</summary>
    public static string Create(string directory)
    {
        var path = Path.GetFullPath(directory);
        try
        {
            // Whoever PostgreSQL runs as when root has to step down must pass through, but not look around.
            var mode = ServerAccount.MustStepDown ? OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : OwnerOnly;
            Directory.CreateDirectory(path, mode);
            return Libc.RealPath(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(path, error);
        }
    }

    public static PostgresStartException NotWritable(string directory, Exception error) => new(
        $"The data directory {directory} is not writable: {error.Message} Make it writable for this user, or choose another one with Data__Directory.", error);
}
