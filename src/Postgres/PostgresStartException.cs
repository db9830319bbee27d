namespace Consilium.Postgres;

/// <summary>The database could not be started; the message says what is wrong and what to do, for people who run the server.</summary>
public sealed class PostgresStartException : Exception
{
    public PostgresStartException() { }

    public PostgresStartException(string message) : base(message) { }

    public PostgresStartException(string message, Exception? innerException) : base(message, innerException) { }
}
