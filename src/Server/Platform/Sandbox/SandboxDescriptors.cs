using System.Runtime.InteropServices;

namespace Consilium.Platform.Sandbox;

/// <summary>Files and sockets that this process has open.</summary>
internal static class SandboxDescriptors
{
    const uint CloseOnExec = 4;

    /// <summary>.NET opens nothing that a child would inherit; what this process itself inherited from whoever started it is another matter.</summary>
    public static void KeepToThisProcess()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = CloseRange(3, uint.MaxValue, CloseOnExec);
        }
        catch (EntryPointNotFoundException)
        {
            // An older C library: .NET's own care must do.
        }
    }

#pragma warning disable SYSLIB1054 // two words and a number
    [DllImport("libc", EntryPoint = "close_range")]
    static extern int CloseRange(uint first, uint last, uint flags);
#pragma warning restore SYSLIB1054
}
