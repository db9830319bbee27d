using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Consilium.Tests.Architecture;

/// <summary>Compares what EF Core believes about the tables with the tables that the migrations made, one readable line per difference.</summary>
internal static class ModelDifferences
{
    public static async Task<List<string>> FindAsync(DbContext db, TestDatabase database)
    {
        var differences = new List<string>();
        var model = db.GetService<IDesignTimeModel>().Model.GetRelationalModel();
        foreach (var table in model.Tables)
        {
            var name = $"{table.Schema}.{table.Name}";
            if (await database.ScalarAsync<bool>("SELECT to_regclass($1) IS NULL", name))
            {
                differences.Add($"{name}: no such table");
                continue;
            }
            await AddColumnsAsync(table, name, database, differences);
            await AddKeysAsync(table, name, database, differences);
        }
        return differences;
    }

    static async Task AddColumnsAsync(ITable table, string name, TestDatabase database, List<string> differences)
    {
        var actual = (await database.ColumnAsync<string>("""
            SELECT concat_ws('|', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'not null' ELSE 'null' END,
                             CASE attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' ELSE 'given' END)
            FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            """, name)).Select(line => line.Split('|')).ToDictionary(parts => parts[0], StringComparer.Ordinal);
        foreach (var column in table.Columns)
        {
            if (!actual.Remove(column.Name, out var found))
            {
                differences.Add($"{name}.{column.Name}: no such column");
                continue;
            }
            Compare($"{name}.{column.Name}", "type", column.StoreType, found[1], differences);
            Compare($"{name}.{column.Name}", "null", column.IsNullable ? "null" : "not null", found[2], differences);
            Compare($"{name}.{column.Name}", "value", Origin(column), found[3], differences);
        }
        differences.AddRange(actual.Keys.Select(unknown => $"{name}.{unknown}: not in the model"));
    }

    static async Task AddKeysAsync(ITable table, string name, TestDatabase database, List<string> differences)
    {
        var key = string.Join(", ", await database.ColumnAsync<string>("""
            SELECT a.attname::text FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY k (attnum, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            WHERE i.indrelid = to_regclass($1) AND i.indisprimary ORDER BY k.place
            """, name));
        Compare(name, "primary key", Names(table.PrimaryKey?.Columns ?? []), key, differences);

        var foreign = await database.ColumnAsync<string>("""
            SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass($1) AND contype = 'f'
            """, name);
        foreach (var expected in table.ForeignKeyConstraints)
        {
            var start = $"FOREIGN KEY ({Names(expected.Columns)}) REFERENCES {expected.PrincipalTable.Schema}.{expected.PrincipalTable.Name}({Names(expected.PrincipalColumns)})";
            if (!foreign.Any(definition => definition.StartsWith(start, StringComparison.Ordinal))) differences.Add($"{name}: no {start}");
        }

        var indexes = await database.ColumnAsync<string>("SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = to_regclass($1)", name);
        foreach (var expected in table.Indexes.Where(IsDeclared))
        {
            var unique = expected.IsUnique ? "UNIQUE " : "";
            var columns = $"({Names(expected.Columns)})";
            if (!indexes.Any(definition => definition.StartsWith($"CREATE {unique}INDEX", StringComparison.Ordinal) && definition.Contains(columns, StringComparison.Ordinal)))
                differences.Add($"{name}: no {unique}INDEX {columns}");
        }
        foreach (var expected in table.UniqueConstraints.Where(c => c != table.PrimaryKey))
            if (!indexes.Any(definition => definition.StartsWith("CREATE UNIQUE", StringComparison.Ordinal) && definition.Contains($"({Names(expected.Columns)})", StringComparison.Ordinal)))
                differences.Add($"{name}: no UNIQUE ({Names(expected.Columns)})");
    }

    // EF adds an index to each foreign key by itself; which of them are worth having is the migrations' decision.
    static bool IsDeclared(ITableIndex index) => index.MappedIndexes.Any(i => ((IConventionIndex)i).GetConfigurationSource() != ConfigurationSource.Convention);

    static string Origin(IColumn column) => column.PropertyMappings[0].Property.GetValueGenerationStrategy() switch
    {
        NpgsqlValueGenerationStrategy.IdentityAlwaysColumn => "always",
        NpgsqlValueGenerationStrategy.IdentityByDefaultColumn => "by default",
        _ => "given",
    };

    static string Names(IEnumerable<IColumn> columns) => string.Join(", ", columns.Select(c => c.Name));

    static void Compare(string where, string what, string expected, string actual, List<string> differences)
    {
        if (expected != actual) differences.Add($"{where}: {what} '{expected}' in the model, '{actual}' in the database");
    }
}
