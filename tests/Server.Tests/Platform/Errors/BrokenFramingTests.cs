using System.Text;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Files;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consilium.Tests.Platform.Errors;

/// <summary>A body whose chunks (RFC 9112, 7.1) cannot be read is the client's fault, whatever reads it, and no news for the log.</summary>
public sealed class BrokenFramingTests : IAsyncLifetime
{
    readonly LogRecorder lines = new();
    Server server = null!;

    public async Task InitializeAsync() => server = await Server.StartAsync(services: services => services.AddSingleton<ILoggerProvider>(lines));

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFF\r\n{}")]
    [InlineData("7FFFFFFFF\r\n{}")]
    [InlineData("80000000\r\n{}")]
    [InlineData("-1\r\n{}")]
    [InlineData("two\r\n{}")]
    [InlineData(" \r\n{}")]
    [InlineData("2{}\r\n0\r\n\r\n")]
    [InlineData("2\r\n{}--0\r\n\r\n")]
    [InlineData("2;\n\r\n{}\r\n0\r\n\r\n")]
    [InlineData("2\r\n{}\r\nFFFFFFFFFFFFFFFFF\r\n")]
    public async Task It_is_400(string chunks)
    {
        using var owner = await server.SignedInAsync("user");
        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        var id = await owner.OpenCaseAsync();
        var logged = lines.All.Count;

        await ShouldRefuseAsync("/auth/login", "application/json", null);
        await ShouldRefuseAsync("/auth/login", "application/x-www-form-urlencoded", null);
        await ShouldRefuseAsync("/api/v1/cases", "application/json", owner);
        await ShouldRefuseAsync("/api/v1/config/import?mode=preview", "text/yaml", admin);
        await ShouldRefuseAsync(UploadCalls.RouteOf(id), $"multipart/form-data; boundary={UploadCalls.Boundary}", owner);
        lines.All.Skip(logged).ShouldAllBe(line => !line.Contains("Exception", StringComparison.Ordinal));

        async Task ShouldRefuseAsync(string path, string type, Client? by)
        {
            using var connection = await RawConnection.OpenAsync(server.Address);
            var credential = by is null ? "" : $"Authorization: {by.DefaultRequestHeaders.Authorization}\r\n";
            await connection.SendAsync(Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\n{credential}Content-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"));
            var answer = await connection.ReadAsync();
            answer.ShouldStartWith("HTTP/1.1 400 Bad Request", customMessage: path);
            answer.ShouldContain("application/problem+json", customMessage: path);
        }
    }
}
