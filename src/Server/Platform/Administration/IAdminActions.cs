namespace Consilium.Platform.Administration;

/// <summary>The trail of what administrators do at the routes of Platform, which knows no module: the one that keeps the trail implements it.</summary>
internal interface IAdminActions
{
    /// <summary>Keeps in the request's transaction that the caller did this.</summary>
    /// <param name="action">Dotted and stable: <c>job.retry</c>.</param>
    /// <param name="resource">Kind and id: <c>job/0198…</c>.</param>
    Task AddAsync(string action, string resource, CancellationToken cancellationToken);
}
