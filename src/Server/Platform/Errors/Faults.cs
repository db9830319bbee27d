using Npgsql;

namespace Consilium.Platform.Errors;

/// <summary>
/// An exception as the logs may hold it: kinds and places, from the outermost inwards. Not its message, which may quote what it was working on.
/// </summary>
internal static class Faults
{
    public static string ForLog(Exception fault)
    {
        var kind = fault is PostgresException { SqlState: var state } ? $"{fault.GetType().Name} {state}" : fault.GetType().Name;
        var told = $"{kind}\n{fault.StackTrace}";
        return fault.InnerException is { } inner ? $"{told}\n caused by {ForLog(inner)}" : told;
    }
}
