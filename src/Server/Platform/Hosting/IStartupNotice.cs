namespace Consilium.Platform.Hosting;

/// <summary>Lines that a module adds to what the console shows once the server is ready.</summary>
internal interface IStartupNotice
{
    /// <summary>A word or two of what the lines are about, such as <c>Demo accounts</c>.</summary>
    string Title { get; }

    /// <summary>Short lines; none, and the title is not shown either. Never a secret outside Development.</summary>
    IEnumerable<string> Lines { get; }
}
