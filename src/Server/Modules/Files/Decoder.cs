using System.ComponentModel;
using Consilium.Platform.Sandbox;

namespace Consilium.Modules.Files;

/// <summary>
/// Looks into pictures, PDFs and text files, each in a process of its own that is thrown away afterwards: whatever the file does to it, this process does not notice.
/// </summary>
internal sealed class Decoder(DecoderSettings settings, DecoderSetup setup) : IDisposable
{
    /// <summary>Raised when it makes something else of the same bytes; then they are decoded again.</summary>
    public const int Version = 1;

    const long LargestFile = 64 * 1024 * 1024;
    const int LargestAnswer = 16 * 1024 * 1024; // a million characters as JSON, at worst six bytes each, and the thumbnail
    const int AbortedExit = 128 + 6;
    const int ProcessorTimeExit = 128 + 24;

    readonly SemaphoreSlim atOnce = new(2);
    readonly SandboxLimits limits = new(settings.Time, settings.Memory, LargestAnswer);

    /// <summary>Whether files of this type are decoded at all; of others the answer is always <see cref="DecodeFailure.Unsupported"/>.</summary>
    public static bool Knows(string mediaType) => mediaType is
        "image/jpeg" or "image/png" or "image/webp" or "image/gif" or "image/avif" or "image/heic" or "image/heif"
        or "application/pdf" or "text/plain" or "text/csv";

    /// <summary>Decodes one file; two at once, the others wait. What is wrong with the file is in the answer.</summary>
    /// <param name="path">Absolute; it is only read.</param>
    /// <param name="mediaType">In lower case, without parameters; decoded as this and nothing else.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public async Task<Decoded> DecodeAsync(string path, string mediaType, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new FileNotFoundException("The file to decode is not there.");
        if (!Knows(mediaType)) return Decoded.Failed(DecodeFailure.Unsupported);
        if (file.Length > LargestFile) return Decoded.Failed(DecodeFailure.TooLarge);
        if (await setup.LookAsync() is not { Command: { } command }) return Decoded.Failed(DecodeFailure.Unavailable);

        await atOnce.WaitAsync(cancellationToken);
        try
        {
            return Judge(await SandboxedProcess.RunAsync(command.ForFile(mediaType, file.FullName, limits.Time), limits, cancellationToken));
        }
        catch (Win32Exception)
        {
            return Decoded.Failed(DecodeFailure.Unavailable);
        }
        finally
        {
            atOnce.Release();
        }
    }

    public void Dispose() => atOnce.Dispose();

    static Decoded Judge(SandboxRun run)
    {
        if (DecoderOutput.Read(run.Output) is not { } found) return Decoded.Failed(DecodeFailure.Broken);
        return run.End switch
        {
            SandboxEnd.TooSlow => found.ToDecoded(DecodeFailure.TooSlow),
            SandboxEnd.TooMuchMemory => found.ToDecoded(DecodeFailure.TooMuchMemory),
            SandboxEnd.TooMuchOutput => found.ToDecoded(DecodeFailure.Broken),
            _ when found.Done => found.ToDecoded(Named(found.Failure)),
            _ => found.ToDecoded(FailureOf(run)),
        };
    }

    static DecodeFailure? Named(string? failure) => failure switch
    {
        null => null,
        "unsupported" => DecodeFailure.Unsupported,
        "too_large" => DecodeFailure.TooLarge,
        "too_much_memory" => DecodeFailure.TooMuchMemory,
        "unavailable" => DecodeFailure.Unavailable,
        _ => DecodeFailure.Broken,
    };

    // It died: by the file, unless it says that it never came to it.
    static DecodeFailure FailureOf(SandboxRun run) => run switch
    {
        { ExitCode: AbortedExit } when run.Errors.Contains("out of memory", StringComparison.Ordinal) => DecodeFailure.TooMuchMemory,
        { ExitCode: ProcessorTimeExit } => DecodeFailure.TooSlow,
        { ExitCode: 126 or 127 } => DecodeFailure.Unavailable,
        { Output.Length: 0 } when run.Errors.StartsWith("bwrap: ", StringComparison.Ordinal) => DecodeFailure.Unavailable,
        _ => DecodeFailure.Broken,
    };
}
