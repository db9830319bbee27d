namespace Consilium.Platform.Secrets;

/// <summary>Where a module keeps sealed values: lets a rotation count them and seal them again. <see cref="SealedColumn"/> does it for a table.</summary>
internal interface ISealedColumn
{
    /// <summary>For logs.</summary>
    string Name { get; }

    /// <summary>The id of the master key that wrapped values of a former form, before there were data keys; null where there are none.</summary>
    Task<string?> FormerMasterKeyAsync(CancellationToken cancellationToken);

    /// <summary>How many values are sealed by this key.</summary>
    Task<long> CountAsync(Guid keyId, CancellationToken cancellationToken);

    /// <summary>
    /// In one transaction, opens values of an old key and seals them by the active one. A value that cannot be opened stays as it is, is
    /// logged by its id, and is not looked at again by this instance.
    /// </summary>
    /// <returns>How many values it has looked at; 0 when none is left that it could do something about.</returns>
    Task<int> ReencryptAsync(Guid oldKeyId, int limit, CancellationToken cancellationToken);
}
