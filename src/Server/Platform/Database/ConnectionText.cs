using System.Data.Common;
using Consilium.Platform.Hosting;
using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>
/// Reads a connection string, <c>Host=…;Username=…</c>. When something is wrong with it, only the names of known parts are shown: any other text may
/// be half of a password.
/// </summary>
internal static class ConnectionText
{
    const string Form = "Host=…;Username=…;Password=…;Database=…";

    /// <param name="setting">Where the text stands, for the message.</param>
    /// <exception cref="StartException">It is no connection string; the message names the setting and what is wrong.</exception>
    public static string Read(string text, string setting)
    {
        var given = new DbConnectionStringBuilder();
        try
        {
            given.ConnectionString = text;
        }
        catch (ArgumentException fault)
        {
            throw Wrong("each part must be written name=value, with a ; between two", fault);
        }

        var read = new NpgsqlConnectionStringBuilder();
        foreach (string name in given.Keys)
        {
            if (!read.ContainsKey(name)) throw Wrong("the name of a part is unknown. Put a value that has a ; in it in quotes: Password='…'");
            try
            {
                read[name] = given[name];
            }
            catch (ArgumentException fault)
            {
                throw Wrong($"the part '{name}' has a value that it does not take", fault);
            }
        }
        if (string.IsNullOrEmpty(read.Host)) throw Wrong("it names no Host");
        return read.Port is > 0 and <= 65535 ? read.ConnectionString : throw Wrong("its Port must be a number from 1 to 65535");

        StartException Wrong(string what, Exception? cause = null) => new($"{setting} is no connection string of the form {Form}: {what}.", cause);
    }

    /// <summary>Whether its parts fit together, as the data source sees it.</summary>
    /// <inheritdoc cref="Read"/>
    public static void Check(string connectionString, string setting)
    {
        try
        {
            NpgsqlDataSource.Create(connectionString).Dispose();
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException or NotSupportedException)
        {
            throw new StartException($"{setting} cannot be used: {fault.Message}", fault);
        }
    }
}
