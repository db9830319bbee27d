using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Care;

public sealed class AgeTests
{
    [Theory]
    [InlineData("2000-02-29", "2026-02-27", 25)]
    [InlineData("2000-02-29", "2026-02-28", 26)]
    [InlineData("2000-02-29", "2028-02-28", 27)]
    [InlineData("1990-12-31", "2026-12-30", 35)]
    [InlineData("1990-12-31", "2026-12-31", 36)]
    [InlineData("2026-05-05", "2026-05-05", 0)]
    public void Somebody_is_as_old_as_birthdays_have_passed(string dob, string today, int age) =>
        Consilium.Modules.Care.Patient.AgeOf(DateOnly.Parse(dob, null), DateOnly.Parse(today, null)).ShouldBe(age);

    [Fact]
    public async Task Ages_grow_with_the_day_where_it_begins_first_when_the_date_of_birth_is_known()
    {
        var clock = new ManualClock(new(DateTimeOffset.UtcNow.Year, 5, 4, 9, 59, 0, TimeSpan.Zero)); // 23:59 at UTC+14
        var dob = UtcDate(clock).AddDays(1).AddYears(-30);
        await using var server = await Server.StartAsync(CaseServer.QuickPasswords, clock);
        using var patient = await server.SignedInAsync("patient");
        await (await patient.PutJsonAsync($"/api/v1/patients/{patient.UserId}", new { dob = dob.ToString("yyyy-MM-dd", null), age = 7 })).ShouldAnswerAsync(200);

        (await AgeAsync()).ShouldBe(29);
        clock.Advance(TimeSpan.FromMinutes(2));
        (await AgeAsync()).ShouldBe(30);

        async Task<long> AgeAsync() => (await patient.GetJsonAsync($"/api/v1/patients/{patient.UserId}")).Number("age");
    }

    [Fact]
    public async Task A_child_is_born_today_wherever_it_is_today_already()
    {
        var clock = new ManualClock(new(DateTimeOffset.UtcNow.Year, 5, 4, 20, 36, 0, TimeSpan.Zero)); // the fifth of May in Tokyo
        var tomorrow = UtcDate(clock).AddDays(1);
        await using var server = await Server.StartAsync(CaseServer.QuickPasswords, clock);
        using var parent = await server.SignedInAsync("patient");
        using var anyone = server.Anonymous();

        foreach (var (dob, isAccepted) in ((DateOnly, bool)[])[(tomorrow.AddDays(-1), true), (tomorrow, true), (tomorrow.AddDays(1), false)])
        {
            var ways = new (string Way, HttpResponseMessage Answer)[]
            {
                ("a change", await parent.PutJsonAsync($"/api/v1/patients/{parent.UserId}", new { dob = Text(dob) })),
                ("a dependant", await parent.PostJsonAsync($"/api/v1/users/{parent.UserId}/patients", new { name = "A child", relation = "parent", dob = Text(dob) })),
                ("a signup", await anyone.PostJsonAsync("/api/v1/auth/patient/signup", new
                {
                    email = $"new-{Guid.CreateVersion7():N}@example.com", password = "several plain words 7", name = "A child", dob = Text(dob),
                })),
            };
            foreach (var (way, answer) in ways)
            {
                if (isAccepted) answer.IsSuccessStatusCode.ShouldBeTrue($"{way} with {dob}: {await answer.Content.ReadAsStringAsync()}");
                else await answer.ShouldRefuseFieldsAsync("dob");
            }
            if (isAccepted) (await parent.GetJsonAsync($"/api/v1/patients/{parent.UserId}")).Number("age").ShouldBe(0);
        }

        static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", null);
    }

    [Fact]
    public async Task The_day_begins_first_at_14_hours_before_UTC()
    {
        var clock = new ManualClock(new(DateTimeOffset.UtcNow.Year, 5, 4, 9, 59, 59, TimeSpan.Zero));
        var tomorrow = new { dob = UtcDate(clock).AddDays(1).ToString("yyyy-MM-dd", null) };
        await using var server = await Server.StartAsync(CaseServer.QuickPasswords, clock);
        using var patient = await server.SignedInAsync("patient");

        await (await patient.PutJsonAsync($"/api/v1/patients/{patient.UserId}", tomorrow)).ShouldRefuseFieldsAsync("dob");
        clock.Advance(TimeSpan.FromSeconds(1));
        await (await patient.PutJsonAsync($"/api/v1/patients/{patient.UserId}", tomorrow)).ShouldAnswerAsync(200);
    }

    static DateOnly UtcDate(ManualClock clock) => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
}
