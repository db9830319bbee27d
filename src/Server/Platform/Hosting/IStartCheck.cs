namespace Consilium.Platform.Hosting;

/// <summary>Looks for what stops the start of the server and is known before its database is started: then there is nothing to undo.</summary>
internal interface IStartCheck
{
    /// <summary>Changes nothing. An exception stops the start and is shown to the operator.</summary>
    void Run();
}
