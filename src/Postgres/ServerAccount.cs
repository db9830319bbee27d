using System.Globalization;

namespace Consilium.Postgres;

/// <summary>As whom PostgreSQL's programs run: as ourselves, or, because they refuse root, through <c>unshare</c> or <c>setpriv</c>.</summary>
internal sealed class ServerAccount
{
    const uint Nobody = 65534;
    static readonly string[] StepDownTo = ["consilium", "postgres", "nobody"];
    static readonly Lazy<IReadOnlyList<Account>> KnownAccounts = new(ReadAccounts);
    static readonly Lazy<string[]?> Mapping = new(FindMapping);

    readonly IReadOnlyList<string> prefix;
    readonly Account? owner;

    ServerAccount(IReadOnlyList<string> prefix, Account? owner = null)
    {
        this.prefix = prefix;
        this.owner = owner;
    }

    /// <summary>Whether this process is root where user namespaces are refused.</summary>
    public static bool MustStepDown => OperatingSystem.IsLinux() && Libc.UserId == 0 && Mapping.Value is null;

    public static async Task<ServerAccount> ChooseAsync(string cluster, CancellationToken cancellationToken)
    {
        var me = Libc.UserId;
        if (!OperatingSystem.IsLinux())
        {
            return me != 0 ? new ServerAccount([]) : throw new PostgresStartException("PostgreSQL refuses to run as root: start the server as an ordinary user.");
        }

        if (me != 0 && KnownAccounts.Value.Any(account => account.User == me)) return new ServerAccount([]);
        if (me == 0 && await OwnerOfAsync(cluster, cancellationToken) is { User: not 0 } owner) return SteppedDownTo(owner);
        // initdb wants a name for its user id, which a container's --user often has not: the mapping gives one.
        if (Mapping.Value is { } mapping) return new ServerAccount(mapping);
        if (me != 0) return new ServerAccount([]);

        var known = KnownAccounts.Value;
        var successor = StepDownTo.Select(name => known.FirstOrDefault(account => account.Name == name)).FirstOrDefault(account => account is not null);
        return SteppedDownTo(successor ?? throw new PostgresStartException(
            "PostgreSQL refuses to run as root, user namespaces are not allowed here and there is no user 'consilium', 'postgres' or 'nobody' to run it as. "
            + "Start the server as an ordinary user."));
    }

    public Task<CommandResult> RunAsync(IEnumerable<string> command, CancellationToken cancellationToken) =>
        Command.RunAsync(prefix.Concat(command), cancellationToken);

    public void Own(string path)
    {
        if (owner is not null) Libc.ChangeOwner(path, owner.User, owner.Group);
    }

    /// <summary>Hands over a cluster of root's, made where root did not have to step down.</summary>
    public async Task OwnClusterAsync(string cluster, CancellationToken cancellationToken)
    {
        if (owner is null || await OwnerOfAsync(cluster, cancellationToken) is not { User: 0 }) return;
        var handedOver = await Command.RunAsync(["chown", "-R", $"{owner.User}:{owner.Group}", cluster], cancellationToken);
        if (!handedOver.Succeeded) throw new PostgresStartException($"The database in {cluster} cannot be handed to '{owner.Name}': {handedOver.Errors}");
    }

    /// <summary>Refuses places that the account cannot reach, naming the directory that is closed to it.</summary>
    public async Task CheckReachAsync(IEnumerable<string> directories, CancellationToken cancellationToken)
    {
        if (prefix.Count == 0) return;
        var check = await RunAsync(
            ["/bin/sh", "-c", "for d; do [ -x \"$d\" ] || { echo \"$d\"; exit 1; }; done", "sh", .. directories.SelectMany(DownTo).Distinct()], cancellationToken);
        if (!check.Succeeded)
        {
            throw new PostgresStartException(
                $"PostgreSQL refuses to run as root, so it runs {(owner is null ? "without root's rights" : $"as the user '{owner.Name}'")} and cannot enter "
                + $"{check.Output}{check.Errors}. Allow it with 'chmod o+x {check.Output}', choose another place, or start the server as an ordinary user.");
        }
    }

    static IEnumerable<string> DownTo(string directory) =>
        Path.GetDirectoryName(directory) is { } parent ? DownTo(parent).Append(directory) : [directory];

    static ServerAccount SteppedDownTo(Account account) => new(
        ["setpriv", $"--reuid={account.User}", $"--regid={account.Group}", "--clear-groups", "--"], account);

    static async Task<Account?> OwnerOfAsync(string path, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path)) return null;
        var stat = await Command.RunAsync(["stat", "-c", "%U:%u:%g", path], cancellationToken);
        return stat.Succeeded ? Account.Parse(stat.Output.Split(':') is [var name, var user, var group] ? [name, "", user, group] : []) : null;
    }

    static string[]? FindMapping()
    {
        var accounts = KnownAccounts.Value.Where(account => account.User != 0).ToList();
        var target = accounts.FirstOrDefault(account => account.User == Nobody) ?? accounts.FirstOrDefault();
        if (target is null) return null;
        string[] mapping = ["unshare", "--user", $"--map-user={target.User}", $"--map-group={target.Group}", "--"];
        return Command.RunAsync([.. mapping, "true"], CancellationToken.None).GetAwaiter().GetResult().Succeeded ? mapping : null;
    }

    static List<Account> ReadAccounts() => File.Exists("/etc/passwd")
        ? [.. File.ReadLines("/etc/passwd").Select(line => Account.Parse(line.Split(':'))).OfType<Account>()]
        : [];

    sealed record Account(string Name, uint User, uint Group)
    {
        public static Account? Parse(string[] fields) =>
            fields.Length >= 4
            && uint.TryParse(fields[2], CultureInfo.InvariantCulture, out var user)
            && uint.TryParse(fields[3], CultureInfo.InvariantCulture, out var group)
                ? new Account(fields[0], user, group)
                : null;
    }
}
