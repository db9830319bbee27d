using Consilium.Modules.Records;
using Consilium.Platform.Database;
using Microsoft.Extensions.DependencyInjection;
using static Consilium.Tests.Modules.Records.RecordCalls;

namespace Consilium.Tests.Modules.Records;

public sealed class DemoRecordTests(Server server) : IClassFixture<Server>
{
    [Fact]
    public async Task The_demo_patient_has_a_little_record_which_another_start_leaves_alone()
    {
        using var patient = await server.SignInAsync("patient@example.com", "patient123");
        using var doctor = await server.SignInAsync("doctor@example.com", "doctor123");
        await (await doctor.PutJsonAsync(HistoryOf(patient.UserId), new { summary = "Changed." })).ShouldAnswerAsync(200);

        await server.Services.GetServices<IStartupTask>().OfType<DemoRecord>().Single().RunAsync(default);

        var history = await patient.GetJsonAsync(HistoryOf(patient.UserId));
        (history.Text("summary"), history.Number("version")).ShouldBe(("Changed.", 2));
        (await patient.GetJsonAsync(ReportsOf(patient.UserId))).Items().Single().Text("report_type").ShouldBe("lab_test");
    }
}
