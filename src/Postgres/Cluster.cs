using System.Globalization;
using System.Text.RegularExpressions;

namespace Consilium.Postgres;

/// <summary>The directory of one PostgreSQL cluster: created whole or not at all, and its configuration.</summary>
internal sealed partial class Cluster
{
    public const string User = "consilium";
    const string Unfinished = "postgres.new-";
    const int LogLimitBytes = 4 * 1024 * 1024;

    static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["max_connections"] = "100",
        ["shared_buffers"] = "128MB",
        ["fsync"] = "on",
        ["full_page_writes"] = "on",
        ["synchronous_commit"] = "on",
        ["max_wal_size"] = "1GB",
        ["random_page_cost"] = "1.1",
        ["jit"] = "off", // compiling costs more than any query of this server takes
        ["timezone"] = "UTC",
        ["log_timezone"] = "UTC",
        ["lc_messages"] = "C",
        ["log_checkpoints"] = "off",
        // The log holds no values: errors name them ("invalid input syntax for …"), so errors are the server's to report.
        ["log_min_messages"] = "log",
        ["log_min_error_statement"] = "panic",
        ["log_error_verbosity"] = "terse",
        ["log_parameter_max_length_on_error"] = "0",
        ["listen_addresses"] = "",
        ["unix_socket_permissions"] = "0700",
        ["port"] = SocketDirectory.Port.ToString(CultureInfo.InvariantCulture),
    };

    readonly string dataDirectory;

    public Cluster(string dataDirectory)
    {
        this.dataDirectory = dataDirectory;
        Path = System.IO.Path.Combine(dataDirectory, "postgres");
    }

    public string Path { get; }

    public string Log => System.IO.Path.Combine(Path, "postgres.log");

    public bool Exists => File.Exists(VersionFile);

    string VersionFile => System.IO.Path.Combine(Path, "PG_VERSION");

    string SettingsFile => System.IO.Path.Combine(Path, "consilium.conf");

    /// <summary>The major version that wrote the cluster; null when there is none yet.</summary>
    public int? ReadVersion()
    {
        try
        {
            if (Exists) return int.Parse(File.ReadAllText(VersionFile).Trim(), CultureInfo.InvariantCulture);
            if (!Directory.Exists(Path) || !Directory.EnumerateFileSystemEntries(Path).Any()) return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new PostgresStartException($"The database directory {Path} cannot be read: {error.Message} Is it another user's? Run the server as the user who created it.", error);
        }

        throw new PostgresStartException($"{Path} is not empty but holds no PostgreSQL database. Move it away, or choose another data directory with Data__Directory.");
    }

    /// <summary>Runs initdb aside and renames the result, so that a crash halfway leaves nothing that looks like a database.</summary>
    public async Task CreateAsync(PostgresBinaries binaries, ServerAccount account, CancellationToken cancellationToken)
    {
        RemoveUnfinished();
        var aside = System.IO.Path.Combine(dataDirectory, Unfinished + System.IO.Path.GetRandomFileName());
        try
        {
            Directory.CreateDirectory(aside);
            account.Own(aside);
            var created = await InitialiseAsync(aside, binaries, account, cancellationToken);
            if (!created.Succeeded)
            {
                throw new PostgresStartException($"The database could not be created in {dataDirectory}: {created.Errors.ReplaceLineEndings(" ")}");
            }

            await File.AppendAllTextAsync(System.IO.Path.Combine(aside, "postgresql.conf"), "\ninclude 'consilium.conf' # written at every start\n", cancellationToken);
            if (Directory.Exists(Path)) Directory.Delete(Path);
            Directory.Move(aside, Path);
            Libc.Flush(dataDirectory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DataDirectories.NotWritable(dataDirectory, error);
        }
        finally
        {
            if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        }
    }

    /// <summary>Removes the cluster. A removal that is interrupted leaves what looks like an unfinished creation, which the next one cleans up.</summary>
    public void Remove()
    {
        try
        {
            if (Directory.Exists(Path)) Directory.Move(Path, System.IO.Path.Combine(dataDirectory, Unfinished + System.IO.Path.GetRandomFileName()));
            RemoveUnfinished();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DataDirectories.NotWritable(dataDirectory, error);
        }
    }

    /// <summary>Whether a running postmaster was started with these settings.</summary>
    public bool HasSettings(IReadOnlyDictionary<string, string> settings, string socketDirectory) =>
        File.Exists(SettingsFile) && File.ReadAllText(SettingsFile) == Render(settings, socketDirectory);

    public void WriteSettings(IReadOnlyDictionary<string, string> settings, string socketDirectory, ServerAccount account)
    {
        File.WriteAllText(SettingsFile, Render(settings, socketDirectory));
        account.Own(SettingsFile);
    }

    /// <summary>Keeps the log small; it only grows by a few lines per start.</summary>
    public void TrimLog()
    {
        if (new FileInfo(Log) is { Exists: true, Length: > LogLimitBytes }) File.Move(Log, Log + ".1", overwrite: true);
    }

    void RemoveUnfinished()
    {
        foreach (var leftover in Directory.EnumerateDirectories(dataDirectory, Unfinished + "*")) Directory.Delete(leftover, recursive: true);
    }

    static async Task<CommandResult> InitialiseAsync(string directory, PostgresBinaries binaries, ServerAccount account, CancellationToken cancellationToken)
    {
        string[] common =
        [
            binaries.InitDb, "-D", directory, "-U", User, "-E", "UTF8", "--auth-local=trust", "--auth-host=reject", "--data-checksums", "--no-instructions",
            .. binaries.MajorVersion >= 17 && OperatingSystem.IsLinux() ? ["--sync-method=syncfs"] : Array.Empty<string>(),
            .. binaries.MajorVersion >= 17 ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : Array.Empty<string>(),
        ];
        // pg_trgm and text search go by the C library's character types: without a UTF-8 one they see no letters outside ASCII.
        var created = new CommandResult(1, "", "");
        foreach (var characterTypes in (string[])["C.UTF-8", "en_US.UTF-8", "UTF-8", "C"])
        {
            created = await account.RunAsync([.. common, $"--lc-ctype={characterTypes}"], cancellationToken);
            if (created.Succeeded || !created.Errors.Contains("invalid locale name", StringComparison.Ordinal)) break;
        }

        return created;
    }

    static string Render(IReadOnlyDictionary<string, string> settings, string socketDirectory)
    {
        var all = new Dictionary<string, string>(Defaults, StringComparer.Ordinal) { ["unix_socket_directories"] = $"\"{socketDirectory.Replace("\"", "\"\"")}\"" };
        // After a crash every file is synced before recovery: one call instead of a thousand is seconds on a busy machine.
        if (OperatingSystem.IsLinux()) all["recovery_init_sync_method"] = "syncfs";
        foreach (var (name, value) in settings) all[name] = value;
        return string.Concat(all.Select(setting => Line(setting.Key, setting.Value)));
    }

    static string Line(string name, string value)
    {
        if (!SettingName().IsMatch(name) || value.AsSpan().ContainsAny('\n', '\r', '\0'))
        {
            throw new PostgresStartException($"'{name}' is not a PostgreSQL setting with a value of one line.");
        }

        return $"{name} = '{value.Replace(@"\", @"\\").Replace("'", "''")}'\n";
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_.]*$", RegexOptions.NonBacktracking)]
    private static partial Regex SettingName();
}
