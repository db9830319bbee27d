using System.Diagnostics;
using System.Text.Json;
using Consilium.Modules.Files;
using Microsoft.Extensions.Configuration;

namespace Consilium.Tests.Modules.Files;

/// <summary>Decoders to test, files to give them, and an independent look at what they made.</summary>
internal static class DecoderParts
{
    public static readonly string Programs = Path.Combine(Repository.Root, "src", "Thumbnailer");

    static readonly string Folder = Path.Combine(Repository.Root, "tests", "Server.Tests", "Modules", "Files", "Fixtures");

    static readonly Lazy<Decoder> Patient = new(() => Decoder());

    /// <summary>As a server without settings has it, with patience for a busy machine.</summary>
    public static Decoder Shared => Patient.Value;

    public static string? Node { get; } = InSearchPath("node");

    public static string? Bubblewrap { get; } = InSearchPath("bwrap");

    public static bool IsRestored => Node is not null && Directory.Exists(Path.Combine(Programs, "node_modules", "sharp"));

    public static DecoderSettings Settings(params (string Key, string Value)[] settings) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>($"Files:{setting.Key}", setting.Value))).Build());

    public static Decoder Decoder(params (string Key, string Value)[] settings)
    {
        var read = Settings([.. settings.Any(setting => setting.Key == "DecodeSeconds") ? [] : new[] { ("DecodeSeconds", "100") }, .. settings]);
        return new(read, new DecoderSetup(read, TimeProvider.System));
    }

    public static string Fixture(string name) => Path.Combine(Folder, name);

    public static string Save(byte[] content)
    {
        var path = Path.Combine(TempDirectory.New(), "file");
        File.WriteAllBytes(path, content);
        return path;
    }

    public static async Task<Decoded> DecodeAsync(this Decoder decoder, byte[] content, string mediaType) =>
        await decoder.DecodeAsync(Save(content), mediaType, CancellationToken.None);

    /// <summary>The size of a picture and its colours at places given in hundredths of its width and height, as <c>rrggbb</c>.</summary>
    public static async Task<(int Width, int Height, List<string> Colours)> LookAtAsync(byte[] picture, params (int X, int Y)[] places)
    {
        const string script = """
            const sharp = require('sharp');
            const [path, ...places] = process.argv.slice(1);
            sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true }).then(({ data, info: { width, height, channels } }) => {
              const colours = places.map((place) => place.split(',').map(Number)).map(([x, y]) => {
                const at = (Math.floor(y * height / 100) * width + Math.floor(x * width / 100)) * channels;
                return data.subarray(at, at + 3).toString('hex');
              });
              console.log(JSON.stringify({ width, height, colours }));
            });
            """;
        using var node = Process.Start(new ProcessStartInfo(Node!, ["-e", script, Save(picture), .. places.Select(place => $"{place.X},{place.Y}")])
        {
            WorkingDirectory = Programs, UseShellExecute = false, RedirectStandardOutput = true,
        })!;
        var seen = JsonDocument.Parse(await node.StandardOutput.ReadToEndAsync()).RootElement;
        await node.WaitForExitAsync();
        return (seen.GetProperty("width").GetInt32(), seen.GetProperty("height").GetInt32(), [.. seen.GetProperty("colours").EnumerateArray().Select(c => c.GetString()!)]);
    }

    /// <summary>As near as WebP keeps a colour.</summary>
    public static void ShouldBeColour(this string seen, string expected)
    {
        foreach (var (part, should) in Convert.FromHexString(seen).Zip(Convert.FromHexString(expected)))
            ((int)part).ShouldBeInRange(should - 14, should + 14, $"{seen} is not {expected}");
    }

    static string? InSearchPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}

/// <summary>Skipped where the build could not restore the thumbnailer's packages; in CI it fails there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DecoderFactAttribute : FactAttribute
{
    public DecoderFactAttribute() => Skip = DecoderTheoryAttribute.Reason(needsBubblewrap: false);
}

/// <summary>As <see cref="BubblewrapFactAttribute"/>, with and without it; what looks at processes needs Linux.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SandboxTheoryAttribute : TheoryAttribute
{
    public SandboxTheoryAttribute() => Skip = DecoderTheoryAttribute.Reason(needsBubblewrap: true);
}

/// <summary>As <see cref="DecoderFactAttribute"/>, for what needs bubblewrap too.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BubblewrapFactAttribute : FactAttribute
{
    public BubblewrapFactAttribute() => Skip = DecoderTheoryAttribute.Reason(needsBubblewrap: true);
}

/// <summary>As <see cref="DecoderFactAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DecoderTheoryAttribute : TheoryAttribute
{
    public DecoderTheoryAttribute() => Skip = Reason(needsBubblewrap: false);

    public static string? Reason(bool needsBubblewrap) => Environment.GetEnvironmentVariable("CI") is { Length: > 0 } ? null
        : !DecoderParts.IsRestored ? "The thumbnailer's packages are not there: install Node.js with npm and build again."
        : needsBubblewrap && DecoderParts.Bubblewrap is null ? "There is no bubblewrap on this machine: apt-get install bubblewrap."
        : null;
}
