using System.Diagnostics;
using System.Globalization;
using Consilium.Platform.Database;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Consilium.Platform.Hosting;

/// <summary>What the console shows once the server answers: where, since when, what to open next.</summary>
internal sealed class ReadyNotice(IServer server, DatabaseSettings database, DocsSettings docs, IEnumerable<IStartupNotice> notices, TimeProvider clock)
{
    const int Indent = 17;

    public void Write()
    {
        if (server.Features.Get<IServerAddressesFeature>()?.Addresses is not { Count: > 0 } addresses) return;
        using var process = Process.GetCurrentProcess();
        var took = (clock.GetUtcNow() - new DateTimeOffset(process.StartTime)).TotalSeconds;
        var open = addresses.First().Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal);

        var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine();
        text.WriteLine($"  {Product.Name} {Product.Version} is ready at {string.Join(", ", addresses)} (in {took:0.0} s)");
        text.WriteLine();
        if (docs.Enabled) Section(text, "API docs", [$"{open}/docs", $"{open}/redoc"]);
        Section(text, "Data", [database.DataDirectory]);
        foreach (var notice in notices) Section(text, notice.Title, notice.Lines);
        text.WriteLine("  Ctrl+C stops it.");
        Console.WriteLine(text);
    }

    static void Section(StringWriter text, string title, IEnumerable<string> lines)
    {
        var label = title;
        foreach (var line in lines)
        {
            text.WriteLine($"  {label.PadRight(Indent)}{line}");
            label = "";
        }
    }
}
