using System.Text;

namespace Consilium.Bench;

/// <summary>One line of the table: the product against its limits, measured in turn.</summary>
/// <param name="Limits">Name and measurement of each limit, in the order of the columns.</param>
internal sealed record Scenario(string Name, Func<double, Task<Sample>> Product, IReadOnlyList<(string Name, Func<double, Task<Sample>> Run)> Limits)
{
    /// <summary>What counts is how long things take, and not how many there are in a second.</summary>
    public bool IsLatency { get; init; }

    public async Task<Measured> MeasureAsync(BenchOptions options)
    {
        Console.WriteLine($"{Name}…");
        await Product(4); // both sides warm up
        foreach (var (_, run) in Limits) await run(2);
        var product = new List<Sample>();
        var limits = Limits.Select(_ => new List<Sample>()).ToArray();
        for (var round = 0; round < options.Rounds; round++)
        {
            for (var i = 0; i < Limits.Count; i++) limits[i].Add(await Limits[i].Run(options.Seconds));
            product.Add(await Product(options.Seconds));
        }
        return new(Name, IsLatency, product, [.. Limits.Select((limit, i) => (limit.Name, limits[i]))]);
    }
}

internal sealed record Measured(string Name, bool IsLatency, List<Sample> Product, List<(string Name, List<Sample> Samples)> Limits);

internal static class Scenarios
{
    public static IEnumerable<Scenario> All(Stage stage, BenchOptions options) =>
        new[] { Post(stage, options, 16), Post(stage, options, 64), PostHot(stage, 64), Page(stage, 16), Page(stage, 64), Upload(stage, 8), Download(stage, 8), Token(stage, 1), Token(stage, 50), Hanging(stage, 200) }
            .Where(s => options.Only is null || s.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase));

    /// <summary>Lists and searches of a large clinic against those of a small one.</summary>
    public static async Task<IEnumerable<Scenario>> OfClinicAsync(Stage stage, BenchOptions options)
    {
        const string small = "1 000 patients, 10 000 messages";
        (string Role, string Who)[] readers = [("doctor", "a doctor of 500 patients"), ("hospital", "a hospital of 2 000"), ("admin", "an administrator")];
        var (few, many) = (await Clinic.OpenAsync(stage, "few", 1000, 10_000), await Clinic.OpenAsync(stage, "many", 10_000, options.Clinic));
        return
        [
            new($"inbox of the staff, 50 of {options.Clinic / 20:N0} cases", many.InboxAsync, [(small, few.InboxAsync)]) { IsLatency = true },
            .. readers.Select(reader =>
                new Scenario($"search by {reader.Who}", seconds => many.SearchAsync(reader.Role, seconds), [(small, seconds => few.SearchAsync(reader.Role, seconds))]) { IsLatency = true }),
        ];
    }

    static Scenario Post(Stage stage, BenchOptions options, int connections) => new(
        $"post, {options.Threads} threads, {connections} connections",
        seconds => new Load(stage.Product, Posts(stage, options.Threads)).RunAsync(connections, seconds),
        [
            ("RAW", seconds => new Load(stage.Limits, (c, i) => RawPost(stage, 1 + (int)((c * 7919 + i) % options.Threads))).RunAsync(connections, seconds)),
            .. Pg(stage, LimitSql.AppendScript(options.Threads), connections),
        ]);

    static Scenario PostHot(Stage stage, int connections) => new(
        $"post, one hot thread, {connections} connections",
        seconds => new Load(stage.Product, Posts(stage, 1)).RunAsync(connections, seconds),
        [
            ("RAW", seconds => new Load(stage.Limits, (_, _) => RawPost(stage, 1)).RunAsync(connections, seconds)),
            .. Pg(stage, LimitSql.AppendScript(1), connections),
        ]);

    static Scenario Page(Stage stage, int connections) => new(
        $"page of 50, {connections} connections",
        seconds => new Load(stage.Product, (c, i) => Get(stage.Product, $"/api/v1/cases/{stage.Cases[(int)((c + i) % Math.Min(20, stage.Cases.Count))]}/messages?before=1000000000&limit=50", stage.Token)).RunAsync(connections, seconds),
        [
            ("RAW", seconds => new Load(stage.Limits, (c, i) => Get(stage.Limits, $"/page/{1 + ((c + i) % 20)}", null)).RunAsync(connections, seconds)),
            .. Pg(stage, LimitSql.PageScript, connections),
            ("JSON", seconds => new Load(stage.Limits, (_, _) => Get(stage.Limits, "/json", null)).RunAsync(connections, seconds)),
        ]);

    static Scenario Upload(Stage stage, int connections) => new(
        $"upload of 1 MiB, {connections} connections",
        seconds => new Load(stage.Product, Uploads(stage, $"POST /api/v1/cases/{stage.Cases[0]}/attachments HTTP/1.1\r\nHost: {stage.Product.Authority}\r\nAuthorization: Bearer {stage.Token}\r\n", connections))
            .RunAsync(connections, seconds),
        [("RAW", seconds => new Load(stage.Limits, Uploads(stage, $"POST /files HTTP/1.1\r\nHost: {stage.Limits.Authority}\r\n", connections)).RunAsync(connections, seconds))]);

    static Scenario Download(Stage stage, int connections) => new(
        $"download of 1 MiB, {connections} connections",
        seconds => new Load(stage.Product, (_, _) => Get(stage.Product, stage.FileUrl, stage.Token)).RunAsync(connections, seconds),
        [("RAW", seconds => new Load(stage.Limits, (_, _) => Get(stage.Limits, "/files", null)).RunAsync(connections, seconds))]);

    static Scenario Token(Stage stage, int readers) => new(
        $"a token from provider to reader, {readers} answers at once",
        seconds => stage.Answers.ThroughAsync(readers, seconds), [("the provider itself", seconds => stage.Answers.DirectAsync(readers, seconds))]) { IsLatency = true };

    static Scenario Hanging(Stage stage, int answers)
    {
        var page = Page(stage, 16);
        return new($"{page.Name}, while {answers} answers hang", seconds => stage.Answers.WhileHangingAsync(answers, () => page.Product(seconds)), [("none hangs", page.Product)])
            { IsLatency = true };
    }

    // Each connection sends one body again and again, with another number in it each time: equal content would be stored once.
    static Func<int, long, byte[]> Uploads(Stage stage, string head, int connections)
    {
        var requests = Enumerable.Range(0, connections).Select(_ =>
        {
            var body = FileBodies.Multipart(unique: 0);
            return (byte[])[.. Encoding.UTF8.GetBytes($"{head}Content-Type: {FileBodies.ContentType}\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
        }).ToArray();
        return (connection, _) =>
        {
            FileBodies.SetUnique(requests[connection], stage.NextNumber());
            return requests[connection];
        };
    }

    static (string, Func<double, Task<Sample>>)[] Pg(Stage stage, string script, int clients) =>
        PgBench.Path is null ? [] : [("PG", seconds => PgBench.RunAsync(stage.LimitDatabase, script, clients, seconds))];

    static Func<int, long, byte[]> Posts(Stage stage, int threads)
    {
        var run = Guid.CreateVersion7().ToString("N")[^10..];
        return (connection, i) =>
        {
            var body = $$"""{"content":"{{LimitSql.Text}}","ask_assistant":false,"client_token":"{{run}}-{{connection}}-{{i}}"}""";
            var caseId = stage.Cases[(int)((connection * 7919 + i) % threads)];
            return Request($"POST /api/v1/cases/{caseId}/messages HTTP/1.1\r\nHost: {stage.Product.Authority}\r\nAuthorization: Bearer {stage.Token}\r\n", body);
        };
    }

    static byte[] RawPost(Stage stage, int thread) =>
        Request($"POST /append/{thread} HTTP/1.1\r\nHost: {stage.Limits.Authority}\r\n", $$"""{"content":"{{LimitSql.Text}}"}""");

    static byte[] Request(string head, string body) =>
        Encoding.UTF8.GetBytes($"{head}Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    static byte[] Get(Uri address, string path, string? token) =>
        Encoding.UTF8.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\n{(token is null ? "" : $"Authorization: Bearer {token}\r\n")}\r\n");
}
