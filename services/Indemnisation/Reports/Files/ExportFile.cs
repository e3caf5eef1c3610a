using System.Buffers;
using System.Text;
using Google.Protobuf;

namespace Intervision.Indemnisation.Reports.Files;

/// <summary>A file on its way to the caller, in parts of whole texts: memory does not grow with it.</summary>
/// <param name="send">Name (in the first part, else empty) and content.</param>
internal sealed class ExportFile(string name, Func<string, ByteString, Task> send)
{
    private const int PartBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> part = new(PartBytes + 4096);
    private bool begun;

    public Task Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    public async Task Write(ReadOnlyMemory<byte> bytes)
    {
        part.Write(bytes.Span);
        if (part.WrittenCount >= PartBytes)
        {
            await Send();
        }
    }

    /// <summary>The last part; the only one of a small file.</summary>
    public Task Complete() => Send();

    private async Task Send()
    {
        for (var sent = 0; sent < part.WrittenCount || !begun;)
        {
            var count = Math.Min(PartBytes * 2, part.WrittenCount - sent);
            await send(begun ? "" : name, ByteString.CopyFrom(part.WrittenSpan.Slice(sent, count)));
            begun = true;
            sent += count;
        }

        part.ResetWrittenCount();
    }
}
