using Consilium.Platform.Errors;

namespace Consilium.Modules.Accounts;

/// <summary>
/// Checks a password against an account or against nothing: the same waiting, the same work, the same count of failures for an account that
/// does not exist. Attempts at one account take turns in this process, so that many at once cannot slip past the throttle.
/// </summary>
internal sealed class PasswordCheck(LoginThrottle throttle, PasswordHashing hashing)
{
    readonly SemaphoreSlim[] turns = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1))];
    int waiting;

    /// <exception cref="BusyException">429 after too many failures, 503 when too many people are waiting.</exception>
    public async Task<PasswordVerdict> CheckAsync(
        string email, HttpContext http, string password, Func<Task<string?>> findHash, CancellationToken cancellationToken)
    {
        var turn = turns[(uint)string.GetHashCode(EmailAddress.KeyOf(email.Trim()) ?? email.Trim(), StringComparison.Ordinal) % turns.Length];
        if (Interlocked.Increment(ref waiting) > PasswordHashing.QueueLength)
        {
            Interlocked.Decrement(ref waiting);
            throw PasswordHashing.Full();
        }
        try
        {
            await turn.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
        try
        {
            await throttle.CheckAsync(email, http);
            var verdict = await hashing.VerifyAsync(await findHash(), password, cancellationToken);
            if (verdict == PasswordVerdict.Wrong) await throttle.FailedAsync(email, http);
            else await throttle.SucceededAsync(email, http);
            return verdict;
        }
        finally
        {
            turn.Release();
        }
    }
}
