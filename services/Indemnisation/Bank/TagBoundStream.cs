using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Indemnisation.Bank;

/// <summary>
/// Lets through bytes in which a tag begins at least every 64 KiB, and no CDATA section: an XML reader holds what lies between
/// two tags in memory, and these are the two ways of making that long. Zero bytes are passed over, so that UTF-16 counts too.
/// </summary>
internal sealed class TagBoundStream(Stream source) : ForwardStream
{
    private const int Longest = 64 * 1024;
    private int sinceTag;
    private int lines = 1;
    private byte before;
    private byte beforeThat;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await source.ReadAsync(buffer, cancellationToken);
        Check(buffer.Span[..count]);
        return count;
    }

    /// <summary>The reader looks at the first bytes, for the encoding, without waiting.</summary>
    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = source.Read(buffer, offset, count);
        Check(buffer.AsSpan(offset, read));
        return read;
    }

    private void Check(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (b == 0)
            {
                continue;
            }

            if (b == '[' && before == '!' && beforeThat == '<')
            {
                throw new BankFileRefused(lines, "une section CDATA, qu'aucune banque n'envoie.");
            }

            lines += b == '\n' ? 1 : 0;
            sinceTag = b == '<' ? 0 : sinceTag + 1;
            (beforeThat, before) = (before, b);
            if (sinceTag > Longest)
            {
                throw new BankFileRefused(lines, "un texte plus long que tout ce qu'une banque envoie.");
            }
        }
    }
}
