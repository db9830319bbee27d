using Consilium.Tests.Modules.Files;
using Consilium.Tests.Modules.Records;

namespace Consilium.Tests.Crash;

/// <summary>A document is there with its file, its entry in the log and its answer, or not at all.</summary>
[Collection(Alone.Name)]
public sealed class DocumentCrashTests : DatabaseTest
{
    const int Killed = 128 + ProcessSignals.Kill;

    [Fact]
    public async Task A_server_killed_at_each_step_of_an_upload_has_the_whole_document_or_none()
    {
        (string Point, long Documents)[] steps = [("files.staged", 0), ("files.kept", 0), ("files.committed", 1)];
        var content = UploadCalls.Text(500_000);
        await using var server = await ServerProcess.StartAsync([
            ("ConnectionStrings__Database", Database.ConnectionString), ("Accounts__PasswordIterations", "1000"), ("Database__MaxPoolSize", "20"), ("Crash__At", steps[0].Point)]);
        using var anonymous = new Client(server.Address);
        var login = await anonymous.PostJsonAsync("/auth/login", new { username = "patient@example.com", password = "patient123" });
        using var patient = Client.From(server.Address, "patient@example.com", await login.ShouldAnswerAsync(200));
        for (var i = 0; i < steps.Length; i++)
        {
            await Should.ThrowAsync<HttpRequestException>(SendAsync);
            (await server.ExitAsync()).ShouldBe(Killed);
            (await CountsAsync()).ShouldBe([steps[i].Documents, steps[i].Documents, steps[i].Documents]);
            server.Environment["Crash__At"] = i + 1 < steps.Length ? steps[i + 1].Point : "";
            await server.RestartAsync();
        }

        var document = await (await SendAsync()).ShouldAnswerAsync(201);
        await patient.ShouldDownloadAsync(document, content);
        (await CountsAsync()).ShouldBe([1, 1, 1]);
        UploadCalls.StoredIn(server.Data).ShouldBe([UploadCalls.HashOf(content)]);

        Task<HttpResponseMessage> SendAsync() => patient.PostFormAsync(DocumentCalls.UploadPath, DocumentCalls.Form(content, "a.txt", ("remark", "x")), "k");
    }

    Task<List<long>> CountsAsync() => Database.ColumnAsync<long>("""
        SELECT (SELECT count(*) FROM files.files) UNION ALL SELECT (SELECT count(*) FROM records.documents)
        UNION ALL SELECT (SELECT count(*) FROM audit.entries WHERE action = 'document.uploaded')
        """);
}
