namespace Consilium.Platform.Hosting;

/// <summary>The server cannot start as it is configured. The message is shown to the operator as it is: what is wrong, and what to do.</summary>
internal sealed class StartException(string message, Exception? cause = null) : Exception(message, cause);
