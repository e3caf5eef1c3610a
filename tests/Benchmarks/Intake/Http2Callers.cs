using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Intervision.Benchmarks.Intake;

/// <summary>
/// Callers who wait together on one connection of gRPC over HTTP/2, as little work for this machine as pgbench is: frames
/// are written and read here, and whatever is due to the service goes out in one write. One thread of its own each.
/// Nothing but unary calls that are answered OK.
/// </summary>
/// <param name="call">Header block and message of the next call.</param>
internal sealed class Http2Callers(Uri address, int callers, Func<(byte[] Headers, byte[] Message)> call) : IDisposable
{
    private const int FrameHeader = 9;
    private static readonly byte[] StatusOk = [.. "grpc-status"u8, 1, (byte)'0'];

    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly MemoryStream due = new();
    private readonly HashSet<int> answered = [];
    private byte[] received = new byte[256 * 1024];
    private int length;
    private int lastStream = -1;

    private enum Frame : byte
    {
        Data = 0,
        Headers = 1,
        Reset = 3,
        Settings = 4,
        Ping = 6,
        GoAway = 7,
    }

    /// <summary>The header block of a call: literals only, which is what no dynamic table needs.</summary>
    public static byte[] Headers(Uri address, string path, string authorization)
    {
        var block = new MemoryStream();
        block.Write([0x83, 0x86]);   // :method POST, :scheme http
        Literal(block, 4, path);
        Literal(block, 1, address.Authority);
        Literal(block, 31, "application/grpc");
        Literal(block, 23, authorization);
        block.WriteByte(0);
        Text(block, "te");
        Text(block, "trailers");
        return block.ToArray();
    }

    /// <summary>Calls until it is time, then waits for the last answers.</summary>
    /// <returns>Calls answered OK.</returns>
    public int Run(Func<bool> goOn)
    {
        socket.Connect(IPAddress.Parse(address.Host), address.Port);
        due.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        // No dynamic table; and windows that no round fills.
        Send(Frame.Settings, 0, 0, [0, 1, 0, 0, 0, 0]);
        Send((Frame)8, 0, 0, [0x3F, 0xFF, 0, 0]);
        var (open, count) = (0, 0);
        for (; open < callers; open++)
        {
            Call();
        }

        while (open > 0)
        {
            Flush();
            length += socket.Receive(received, length, received.Length - length, SocketFlags.None) is > 0 and var read ? read : throw new IOException("The service hung up.");
            for (var ended = Read(); ended > 0; ended--)
            {
                count++;
                if (goOn())
                {
                    Call();
                }
                else
                {
                    open--;
                }
            }
        }

        return count;
    }

    public void Dispose()
    {
        socket.Dispose();
        due.Dispose();
    }

    private void Call()
    {
        var (headers, message) = call();
        lastStream += 2;
        Send(Frame.Headers, 4, lastStream, headers);
        Span<byte> prefix = stackalloc byte[FrameHeader + 5];
        prefix.Clear();
        Header(prefix, message.Length + 5, Frame.Data, 1, lastStream);
        BinaryPrimitives.WriteInt32BigEndian(prefix[(FrameHeader + 1)..], message.Length);
        due.Write(prefix);
        due.Write(message);
    }

    /// <returns>How many calls came to their end.</returns>
    private int Read()
    {
        var (at, ended) = (0, 0);
        while (length - at >= FrameHeader && length - at >= FrameHeader + Size(at))
        {
            ended += Take((Frame)received[at + 3], received[at + 4], received.AsSpan(at + 5, 4), received.AsSpan(at + FrameHeader, Size(at))) ? 1 : 0;
            at += FrameHeader + Size(at);
        }

        received.AsSpan(at, length - at).CopyTo(received);
        length -= at;
        return ended;
    }

    private int Size(int at) => (received[at] << 16) | (received[at + 1] << 8) | received[at + 2];

    /// <returns>True at the end of a call.</returns>
    private bool Take(Frame type, byte flags, ReadOnlySpan<byte> streamBytes, ReadOnlySpan<byte> payload)
    {
        var (stream, ends, acknowledges) = (BinaryPrimitives.ReadInt32BigEndian(streamBytes), (flags & 1) != 0, (flags & 1) != 0);
        switch (type)
        {
            case Frame.Data:
                answered.Add(stream);
                return false;
            case Frame.Headers when ends:
                return answered.Remove(stream) && payload.IndexOf(StatusOk) >= 0
                    ? true
                    : throw new InvalidDataException($"A call was not answered OK: {Encoding.ASCII.GetString(payload)}");
            case Frame.Settings or Frame.Ping when !acknowledges:
                Send(type, 1, 0, type == Frame.Ping ? payload : []);
                return false;
            case Frame.Reset or Frame.GoAway:
                throw new IOException($"The service answered with {type}.");
            default:
                return false;
        }
    }

    private void Send(Frame type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[FrameHeader];
        Header(header, payload.Length, type, flags, stream);
        due.Write(header);
        due.Write(payload);
    }

    private void Flush()
    {
        for (var sent = 0; sent < due.Length;)
        {
            sent += socket.Send(due.GetBuffer(), sent, (int)due.Length - sent, SocketFlags.None);
        }

        due.SetLength(0);
    }

    private static void Header(Span<byte> to, int size, Frame type, byte flags, int stream)
    {
        BinaryPrimitives.WriteInt32BigEndian(to, size << 8);
        (to[3], to[4]) = ((byte)type, flags);
        BinaryPrimitives.WriteInt32BigEndian(to[5..], stream);
    }

    /// <summary>Never indexed, its name from the static table.</summary>
    private static void Literal(MemoryStream to, int name, string value)
    {
        Integer(to, name, 15);
        Text(to, value);
    }

    private static void Text(MemoryStream to, string value)
    {
        Integer(to, value.Length, 127);
        to.Write(Encoding.ASCII.GetBytes(value));
    }

    /// <summary>An integer of HPACK whose prefix holds as much as <paramref name="most"/>.</summary>
    private static void Integer(MemoryStream to, int value, int most)
    {
        to.WriteByte((byte)Math.Min(value, most));
        if (value < most)
        {
            return;
        }

        for (value -= most; value >= 128; value >>= 7)
        {
            to.WriteByte((byte)((value & 127) | 128));
        }

        to.WriteByte((byte)value);
    }
}
