using Npgsql;
using NpgsqlTypes;

namespace Consilium.Platform.Database;

/// <summary>Positional parameters ($1, $2 …) of hand-written statements, in the order in which they are added.</summary>
internal static class Parameters
{
    public static NpgsqlParameterCollection With<T>(this NpgsqlParameterCollection parameters, T value)
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return parameters;
    }

    /// <summary>A value that may be null, and so needs its type said.</summary>
    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, NpgsqlDbType type, object? value)
    {
        parameters.Add(new() { NpgsqlDbType = type, Value = value ?? DBNull.Value });
        return parameters;
    }

    public static T? Nullable<T>(this NpgsqlDataReader row, int column) where T : struct =>
        row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    public static string? NullableString(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
