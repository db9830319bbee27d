namespace Consilium.Platform.Outbound;

/// <summary>A body that ends with an <see cref="OutboundRefusedException"/> when it has more bytes or takes more time than it may.</summary>
internal sealed class OutboundBody(Stream inner, long maxBytes, CancellationTokenSource deadline) : Stream
{
    long read;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
            either.Token.ThrowIfCancellationRequested(); // bytes that have come already would be read without a look at it
            var count = await inner.ReadAsync(buffer, either.Token);
            read += count;
            return read <= maxBytes ? count : throw OutboundFaults.TooLarge();
        }
        catch (Exception fault)
        {
            if (OutboundFaults.Explain(fault, cancellationToken) is { } refused) throw refused;
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            deadline.Dispose();
        }
        base.Dispose(disposing);
    }
}
