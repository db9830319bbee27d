using Consilium.Modules.Accounts;

namespace Consilium.Tests.Modules.Accounts;

public sealed class LoginDelaysTests
{
    [Fact]
    public void Delays_begin_with_the_fifth_failure_of_an_account_and_the_twentieth_of_an_address()
    {
        LoginDelays.ForAccount(4).ShouldBe(TimeSpan.Zero);
        LoginDelays.ForAccount(5).ShouldBe(TimeSpan.FromSeconds(5));
        LoginDelays.ForAddress(19).ShouldBe(TimeSpan.Zero);
        LoginDelays.ForAddress(20).ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Delays_double_up_to_their_limit()
    {
        LoginDelays.ForAccount(8).ShouldBe(TimeSpan.FromSeconds(40));
        LoginDelays.ForAccount(100).ShouldBe(TimeSpan.FromHours(1));
        LoginDelays.ForAddress(int.MaxValue).ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_password_sees_at_most_a_hundred_guesses_in_three_days() =>
        Enumerable.Range(1, 99).Aggregate(TimeSpan.Zero, (sum, failures) => sum + LoginDelays.ForAccount(failures)).ShouldBeGreaterThan(TimeSpan.FromDays(3));
}
