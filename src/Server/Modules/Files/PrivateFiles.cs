using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Consilium.Modules.Files;

/// <summary>Files and directories that nobody else on the machine enters, made so that they survive a power cut.</summary>
internal static class PrivateFiles
{
    const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode Directory = File | UnixFileMode.UserExecute;

    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = System.IO.FileAccess.Write, BufferSize = 0, Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = File;
        return new(path, options);
    }

    /// <summary>With those above it that are missing.</summary>
    public static void CreateDirectory(string path)
    {
        if (System.IO.Directory.Exists(path)) return;
        if (Path.GetDirectoryName(path) is { } parent) CreateDirectory(parent);
        if (OperatingSystem.IsWindows()) System.IO.Directory.CreateDirectory(path);
        else System.IO.Directory.CreateDirectory(path, Directory);
    }

    /// <summary>Makes what was created, renamed or removed in the directory last: fsync, which .NET does for files alone.</summary>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        using var directory = new SafeFileHandle(open(path, 0), ownsHandle: true);
        if (directory.IsInvalid) throw new IOException($"A directory cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.", Marshal.GetLastPInvokeError());
        RandomAccess.FlushToDisk(directory);
    }

#pragma warning disable CA2101, SYSLIB1054, IDE1006 // a plain UTF-8 string and an int; the name is libc's
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
#pragma warning restore CA2101, SYSLIB1054, IDE1006
}
