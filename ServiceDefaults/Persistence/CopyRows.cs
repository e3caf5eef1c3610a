using System.Buffers.Binary;
using System.Text;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>
/// Rows as PostgreSQL's binary COPY takes them: for each its number of columns, then each column's length and bytes. The type
/// written must be the column's own (<c>int</c> for int4, <c>short</c> for int2 …): nothing is converted. Written by hand because
/// a year's lines have forty million columns: with Npgsql's importer they were a sixth of the service's time (docs/benchmarks.md).
/// </summary>
public sealed class CopyRows
{
    private const int Null = -1;
    private const short End = -1;
    private const int Enough = 48 * 1024;
    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xff, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly UTF8Encoding Text = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly DateOnly FirstDay = new(2000, 1, 1);
    private byte[] bytes = new byte[64 * 1024];
    private int length;
    private short columns;

    internal CopyRows() => Header.CopyTo(Append(Header.Length));

    /// <summary>Time to take what was written.</summary>
    internal bool IsFull => length > Enough;

    public void Write(Guid value) => value.TryWriteBytes(Column(16), bigEndian: true, out _);

    public void Write(short value) => BinaryPrimitives.WriteInt16BigEndian(Column(sizeof(short)), value);

    public void Write(int value) => BinaryPrimitives.WriteInt32BigEndian(Column(sizeof(int)), value);

    public void Write(long value) => BinaryPrimitives.WriteInt64BigEndian(Column(sizeof(long)), value);

    public void Write(bool value) => Column(1)[0] = value ? (byte)1 : (byte)0;

    public void Write(DateOnly value) => Write(value.DayNumber - FirstDay.DayNumber);

    /// <summary>Microseconds; what is smaller is cut off.</summary>
    public void Write(DateTimeOffset value) =>
        Write((value.UtcTicks - FirstDay.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).Ticks) / TimeSpan.TicksPerMicrosecond);

    public void Write(string? value)
    {
        if (value is null)
        {
            WriteNull();
        }
        else
        {
            Text.GetBytes(value, Column(Text.GetByteCount(value)));
        }
    }

    public void Write(Guid? value)
    {
        if (value is null)
        {
            WriteNull();
        }
        else
        {
            Write(value.Value);
        }
    }

    public void Write(DateOnly? value)
    {
        if (value is null)
        {
            WriteNull();
        }
        else
        {
            Write(value.Value);
        }
    }

    internal void Add<TRow>(TRow row, Action<CopyRows, TRow> write)
    {
        var start = length;
        Append(sizeof(short));
        columns = 0;
        write(this, row);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(start), columns);
    }

    internal void Finish() => BinaryPrimitives.WriteInt16BigEndian(Append(sizeof(short)), End);

    /// <returns>What was written since; until the next row.</returns>
    internal ReadOnlyMemory<byte> Take()
    {
        var written = bytes.AsMemory(0, length);
        length = 0;
        return written;
    }

    private void WriteNull() => Length(Null);

    private Span<byte> Column(int size)
    {
        Length(size);
        return Append(size);
    }

    private void Length(int size)
    {
        columns++;
        BinaryPrimitives.WriteInt32BigEndian(Append(sizeof(int)), size);
    }

    private Span<byte> Append(int size)
    {
        if (bytes.Length - length < size)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + size));
        }

        length += size;
        return bytes.AsSpan(length - size, size);
    }
}
