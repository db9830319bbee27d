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
    public async Task Ages_grow_with_the_day_in_UTC_where_the_date_of_birth_is_known()
    {
        var clock = new ManualClock(new(DateTimeOffset.UtcNow.Year, 5, 4, 23, 59, 0, TimeSpan.Zero));
        var dob = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(1).AddYears(-30);
        await using var server = await Server.StartAsync(CaseServer.QuickPasswords, clock);
        using var patient = await server.SignedInAsync("patient");
        await (await patient.PutJsonAsync($"/api/v1/patients/{patient.UserId}", new { dob = dob.ToString("yyyy-MM-dd", null), age = 7 })).ShouldAnswerAsync(200);

        (await AgeAsync()).ShouldBe(29);
        clock.Advance(TimeSpan.FromMinutes(2));
        (await AgeAsync()).ShouldBe(30);

        async Task<long> AgeAsync() => (await patient.GetJsonAsync($"/api/v1/patients/{patient.UserId}")).Number("age");
    }
}
