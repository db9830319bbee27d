using System.Collections.Concurrent;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Consilium.Modules.Accounts;

internal enum PasswordVerdict { Wrong, Right, RightButOutdated }

/// <summary>
/// Hashes passwords (PBKDF2-HMAC-SHA-512, salt per password, versioned format) on threads of its own behind a bounded queue, so that a
/// storm of logins slows logins alone. What is hashed is <see cref="PasswordText"/>.
/// </summary>
internal sealed class PasswordHashing : IDisposable
{
    public const int SafeIterations = 210_000;
    public const int QueueLength = 64;

    readonly PasswordHasher<string> hasher;
    readonly BlockingCollection<Action> queue;
    readonly Lazy<string> hashOfNobody;

    public PasswordHashing(int iterations = SafeIterations, int queueLength = QueueLength, int? threads = null)
    {
        hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
        hashOfNobody = new(() => hasher.HashPassword("", Guid.CreateVersion7().ToString()));
        queue = new(queueLength) { () => _ = hashOfNobody.Value };
        for (var i = 0; i < (threads ?? Math.Max(1, Environment.ProcessorCount / 2)); i++)
            new Thread(Work) { Name = "Password hashing", IsBackground = true, Priority = ThreadPriority.BelowNormal }.Start();
    }

    /// <summary><c>Accounts:PasswordIterations</c> may raise the work; only Development and tests may lower it.</summary>
    public static PasswordHashing For(IConfiguration configuration, IHostEnvironment environment)
    {
        var iterations = configuration.GetValue("Accounts:PasswordIterations", SafeIterations);
        return iterations >= SafeIterations || environment.IsDevelopment()
            ? new(iterations)
            : throw new InvalidOperationException($"Accounts:PasswordIterations must be at least {SafeIterations}.");
    }

    /// <exception cref="BusyException">The queue is full.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        RunAsync(() => hasher.HashPassword("", PasswordText.Of(password)), cancellationToken);

    /// <summary>
    /// Without a hash (an unknown user, an account without a password) it does the same work and says wrong. A password in another spelling than
    /// <see cref="PasswordText"/>'s is tried as it was typed too, for hashes from before. It always tries both, so that the time tells nothing.
    /// </summary>
    /// <exception cref="BusyException">The queue is full.</exception>
    public Task<PasswordVerdict> VerifyAsync(string? hash, string password, CancellationToken cancellationToken) => RunAsync(
        () =>
        {
            var text = PasswordText.Of(password);
            var verdict = Verify(hash, text);
            if (text == password) return verdict;
            var asTyped = Verify(hash, password) == PasswordVerdict.Wrong ? PasswordVerdict.Wrong : PasswordVerdict.RightButOutdated;
            return verdict == PasswordVerdict.Wrong ? asTyped : verdict;
        },
        cancellationToken);

    PasswordVerdict Verify(string? hash, string password) => hasher.VerifyHashedPassword("", hash ?? hashOfNobody.Value, password) switch
    {
        PasswordVerificationResult.Success when hash is not null => PasswordVerdict.Right,
        PasswordVerificationResult.SuccessRehashNeeded when hash is not null => PasswordVerdict.RightButOutdated,
        _ => PasswordVerdict.Wrong,
    };

    public static BusyException Full() => new(503, TimeSpan.FromSeconds(2), "overloaded", "Too many people are signing in at once: try again.");

    public void Dispose() => queue.CompleteAdding();

    Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queued = !queue.IsAddingCompleted && queue.TryAdd(() =>
        {
            if (cancellationToken.IsCancellationRequested)
            {
                done.SetCanceled(cancellationToken); // whoever asked has gone
                return;
            }
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e); // belongs to whoever waits, not to the thread
            }
        });
        return queued ? done.Task : throw Full();
    }

    void Work()
    {
        foreach (var work in queue.GetConsumingEnumerable()) work();
    }
}
