using System.Text;
using System.Text.Json;
using Npgsql;

namespace Consilium.Bench;

/// <summary>RAW and JSON: bare endpoints that do one prepared statement, stream to or from the disk, or do nothing but answer.</summary>
internal static class LimitServer
{
    public static async Task RunAsync(string url, string connectionString, string directory)
    {
        var fixedFile = Path.Combine(directory, "fixed");
        await File.WriteAllBytesAsync(fixedFile, new byte[FileBodies.Size]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        var app = builder.Build();
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 10, AutoPrepareMinUsages = 1, NoResetOnClose = true });
        var fixedPage = JsonSerializer.SerializeToUtf8Bytes(new { items = Enumerable.Range(1, 50).Select(i => new { thread_id = 1, seq = i, content = LimitSql.Text, created_at = DateTime.UnixEpoch }) });

        app.MapPost("/append/{thread:int}", async (int thread, HttpContext http) =>
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body);
            await using var command = database.CreateCommand(LimitSql.Append);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = thread });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = body.RootElement.GetProperty("content").GetString() });
            var seq = (long)(await command.ExecuteScalarAsync())!;
            await AnswerAsync(http, Encoding.UTF8.GetBytes($"{{\"seq\":{seq}}}"));
        });
        app.MapGet("/page/{thread:int}", async (int thread, HttpContext http) =>
        {
            await using var command = database.CreateCommand(LimitSql.Page);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = thread });
            using var body = new MemoryStream(12_000);
            await using (var json = new Utf8JsonWriter(body))
            await using (var rows = await command.ExecuteReaderAsync())
            {
                json.WriteStartArray();
                while (await rows.ReadAsync())
                {
                    json.WriteStartObject();
                    json.WriteNumber("thread_id", rows.GetInt32(0));
                    json.WriteNumber("seq", rows.GetInt64(1));
                    json.WriteString("content", rows.GetString(2));
                    json.WriteString("created_at", rows.GetDateTime(3));
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }
            await AnswerAsync(http, body.ToArray());
        });
        app.MapPost("/files", async (HttpContext http) =>
        {
            var path = Path.Combine(directory, Guid.CreateVersion7().ToString("N"));
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous | FileOptions.DeleteOnClose))
            {
                await http.Request.Body.CopyToAsync(file);
                file.Flush(flushToDisk: true);
            }
            await AnswerAsync(http, "{}"u8.ToArray());
        });
        app.MapGet("/files", (HttpContext http) =>
        {
            http.Response.ContentLength = FileBodies.Size;
            return http.Response.SendFileAsync(fixedFile);
        });
        app.MapGet("/json", (HttpContext http) => AnswerAsync(http, fixedPage));
        await app.RunAsync();
    }

    static async Task AnswerAsync(HttpContext http, byte[] body)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body);
    }
}
