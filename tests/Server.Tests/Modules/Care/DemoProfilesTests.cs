using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care;
using Consilium.Platform.Database;
using Consilium.Tests.Modules.Accounts;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consilium.Tests.Modules.Care;

public sealed class DemoProfilesTests : DatabaseTest
{
    [Fact]
    public async Task The_demo_accounts_belong_together()
    {
        await using var server = await StartAsync();
        using var doctor = await server.SignInAsync(DemoAccounts.Doctor.Email, DemoAccounts.Doctor.Password);
        using var hospital = await server.SignInAsync(DemoAccounts.Hospital.Email, DemoAccounts.Hospital.Password);
        using var patient = await server.SignInAsync(DemoAccounts.Patient.Email, DemoAccounts.Patient.Password);

        (await doctor.IdsAsync("/api/v1/patients")).ShouldBe([DemoAccounts.Patient.Id]);
        (await doctor.IdsAsync($"/api/v1/doctors?hospital_id={DemoAccounts.Hospital.Id}")).ShouldBe([DemoAccounts.Doctor.Id]);
        (await hospital.GetJsonAsync($"/api/v1/patients/{DemoAccounts.Patient.Id}")).Text("name").ShouldBe(DemoAccounts.Patient.Name);
        (await patient.GetJsonAsync($"/api/v1/doctors/{DemoAccounts.Doctor.Id}")).Text("time_zone").ShouldBe("Europe/Berlin");
    }

    [Fact]
    public async Task Starting_again_brings_back_nothing_that_somebody_changed_or_took_away()
    {
        await (await StartAsync()).DisposeAsync();
        await Database.ExecuteAsync("UPDATE care.doctors SET name = 'Changed'");
        await Database.ExecuteAsync("DELETE FROM care.doctor_patients");
        await Database.ExecuteAsync("UPDATE care.hospitals SET deleted_at = now()");
        await Database.ExecuteAsync("DELETE FROM care.hospital_doctors");
        var before = await RowsAsync();

        await (await StartAsync()).DisposeAsync();

        (await RowsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_profile_that_is_missing_brings_its_own_mappings_alone()
    {
        await (await StartAsync()).DisposeAsync();
        await Database.ExecuteAsync("DELETE FROM care.hospital_doctors");
        await Database.ExecuteAsync("DELETE FROM care.hospital_patients");
        await Database.ExecuteAsync("DELETE FROM care.doctor_patients");
        await Database.ExecuteAsync("DELETE FROM care.patients");

        await (await StartAsync()).DisposeAsync();

        (await CountsAsync()).ShouldBe("1 1 1, 0 1 1");
    }

    [Fact]
    public async Task Servers_that_start_at_once_make_one_set()
    {
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartAsync()));
        foreach (var server in servers) await server.DisposeAsync();

        (await CountsAsync()).ShouldBe("1 1 1, 1 1 1");
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public async Task Elsewhere_there_are_none(string environment)
    {
        await using var server = await StartAsync();
        await Database.ExecuteAsync("TRUNCATE care.hospitals, care.doctors, care.patients CASCADE");

        var (scopes, locks) = (server.Services.GetRequiredService<IServiceScopeFactory>(), server.Services.GetRequiredService<StartLocks>());
        await new DemoProfiles(scopes, locks, new Elsewhere(environment), TimeProvider.System).RunAsync(default);

        (await CountsAsync()).ShouldBe("0 0 0, 0 0 0");
    }

    Task<Server> StartAsync() => Server.StartAsync(
        new Dictionary<string, string?>(CaseServer.QuickPasswords, StringComparer.Ordinal) { ["Security:MasterKey"] = ProbeServer.MasterKey }, sharedDatabase: Database);

    Task<string?> CountsAsync() => Database.ScalarAsync<string>("""
        SELECT concat((SELECT count(*) FROM care.hospitals), ' ', (SELECT count(*) FROM care.doctors), ' ', (SELECT count(*) FROM care.patients), ', ',
            (SELECT count(*) FROM care.hospital_doctors), ' ', (SELECT count(*) FROM care.hospital_patients), ' ', (SELECT count(*) FROM care.doctor_patients))
        """);

    Task<List<string>> RowsAsync() => Database.ColumnAsync<string>("""
        SELECT to_jsonb(r)::text FROM care.hospitals r UNION ALL SELECT to_jsonb(r)::text FROM care.doctors r UNION ALL SELECT to_jsonb(r)::text FROM care.patients r
        UNION ALL SELECT to_jsonb(r)::text FROM care.hospital_doctors r UNION ALL SELECT to_jsonb(r)::text FROM care.hospital_patients r
        UNION ALL SELECT to_jsonb(r)::text FROM care.doctor_patients r ORDER BY 1
        """);

    sealed class Elsewhere(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;
        public string ApplicationName { get; set; } = "";
        public string ContentRootPath { get; set; } = "";
        public Microsoft.Extensions.FileProviders.IFileProvider ContentRootFileProvider { get; set; } = new Microsoft.Extensions.FileProviders.NullFileProvider();
    }
}
