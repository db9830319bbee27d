namespace Consilium.Modules.Assistant;

/// <summary>The body of a provider's reply, cut where a line or the whole is longer than any answer needs: what reads it may buffer a line.</summary>
internal sealed class ProviderBody(Stream inner) : Stream
{
    public const int LongestLine = 256 * 1024;
    public const int LongestReply = 16 * 1024 * 1024;

    int line;
    int total;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        var read = buffer.Span[..count];
        total += count;
        while (read.IndexOf((byte)'\n') is >= 0 and var end)
        {
            Check(line + end);
            line = 0;
            read = read[(end + 1)..];
        }
        line += read.Length;
        Check(line);
        return count;
    }

    void Check(int lineLength)
    {
        if (lineLength > LongestLine || total > LongestReply) throw new ProviderException(CallReasons.TooLong);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
