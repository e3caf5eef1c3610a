using System.Collections;

namespace Grpc.Core;

/// <summary>Headers or trailers of a call, in order; a name may occur several times.</summary>
public sealed partial class Metadata : IList<Metadata.Entry>
{
    /// <summary>Names with this ending carry bytes, all others ASCII text.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    /// <summary>An empty one that refuses to be filled, so that it can be shared.</summary>
    public static readonly Metadata Empty = new() { _frozen = true };

    private readonly List<Entry> _entries = [];
    private bool _frozen;

    /// <summary>The last entry of that name: a later header overrides an earlier one.</summary>
    public Entry? Get(string key) => _entries.FindLast(entry => entry.HasKey(key));

    /// <exception cref="InvalidOperationException">The entry is binary.</exception>
    public string? GetValue(string key) => Get(key)?.Value;

    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    public IEnumerable<Entry> GetAll(string key) => _entries.Where(entry => entry.HasKey(key));

    public void Add(string key, string value) => Add(new Entry(key, value));

    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    public void Add(Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Writable().Add(item);
    }

    public Entry this[int index]
    {
        get => _entries[index];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Writable()[index] = value;
        }
    }

    public void Insert(int index, Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Writable().Insert(index, item);
    }

    public int Count => _entries.Count;
    public bool IsReadOnly => _frozen;
    public void RemoveAt(int index) => Writable().RemoveAt(index);
    public bool Remove(Entry item) => Writable().Remove(item);
    public void Clear() => Writable().Clear();
    public int IndexOf(Entry item) => _entries.IndexOf(item);
    public bool Contains(Entry item) => _entries.Contains(item);
    public void CopyTo(Entry[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);
    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private List<Entry> Writable() =>
        _frozen ? throw new InvalidOperationException("This metadata is read only.") : _entries;
}
