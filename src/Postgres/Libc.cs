using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Consilium.Postgres;

/// <summary>The few system calls that .NET does not offer.</summary>
internal static class Libc
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int WouldBlockOnLinux = 11;
    public const int WouldBlockOnMac = 35;

    public static bool Signal(int pid, int signal) => kill(pid, signal) == 0;

    public static uint UserId => geteuid();

    public static void ChangeOwner(string path, uint user, uint group)
    {
        if (chown(path, user, group) != 0) throw new IOException($"The owner of {path} cannot be changed: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    public static string RealPath(string path)
    {
        var resolved = realpath(path, 0);
        if (resolved == 0) throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}.");
        try
        {
            return Marshal.PtrToStringUTF8(resolved)!;
        }
        finally
        {
            free(resolved);
        }
    }

    /// <summary>Makes a rename inside the directory survive a power cut.</summary>
    public static void Flush(string directory)
    {
        var descriptor = open(directory, 0);
        if (descriptor < 0) return;
        _ = fsync(descriptor);
        _ = close(descriptor);
    }

    /// <summary>Opens a file for reading whatever lock is on it; null when it cannot be opened.</summary>
    public static StreamReader? OpenText(string path)
    {
        var descriptor = open(path, 0);
        return descriptor < 0 ? null : new StreamReader(new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read));
    }

#pragma warning disable CA2101, SYSLIB1054, IDE1006, IDE0044 // plain UTF-8 strings and ints; the names are libc's
    [DllImport("libc", SetLastError = true)]
    static extern int kill(int pid, int signal);

    [DllImport("libc")]
    static extern uint geteuid();

    [DllImport("libc", SetLastError = true)]
    static extern int chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);

    [DllImport("libc", SetLastError = true)]
    static extern nint realpath([MarshalAs(UnmanagedType.LPUTF8Str)] string path, nint buffer);

    [DllImport("libc")]
    static extern void free(nint memory);

    [DllImport("libc")]
    static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc")]
    static extern int fsync(int descriptor);

    [DllImport("libc")]
    static extern int close(int descriptor);
#pragma warning restore CA2101, SYSLIB1054, IDE1006, IDE0044
}
