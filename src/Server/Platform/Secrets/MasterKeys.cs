namespace Consilium.Platform.Secrets;

/// <summary>The master key and, while the operator changes it, the one before.</summary>
internal sealed class MasterKeys(MasterKey current, MasterKey? previous)
{
    public MasterKey Current => current;

    /// <summary>The key that wrapped something.</summary>
    /// <exception cref="InvalidOperationException">This server does not have it; the message is for the operator.</exception>
    public MasterKey Named(string id) =>
        id == current.Id ? current
        : current.MissingFile is { } file ? throw new InvalidOperationException(
            $"The keys in this database are wrapped with the master key {id}, and this server has no master key: {file} is missing. "
            + "Put that file back, from its copy or from another server of this database, "
            + "or give the key as Security:MasterKey or Security:MasterKeyFile. "
            + "No new one was made: it would open nothing.")
        : id == previous?.Id ? previous
        : throw new InvalidOperationException(
            $"The keys in this database are wrapped with the master key {id}, but this server has {current.Id}. "
            + "Give it the right one (Security:MasterKey, Security:MasterKeyFile, or keys/master.key in the data directory); "
            + "to change the master key, give it the one before too (Security:PreviousMasterKey or Security:PreviousMasterKeyFile).");
}
