using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Intervision.Dashboard.Telemetry.Writing;

/// <summary>What the list shows of a trace, kept as its spans come so that the list need not look at them.</summary>
internal sealed class TraceState
{
    public required long Id { get; init; }
    public required byte[] Trace { get; init; }
    public long First { get; set; } = long.MaxValue;
    public long Last { get; set; }
    public int Spans { get; set; }
    public int Errors { get; set; }
    public string Name { get; set; } = "";
    public long Service { get; set; }
    public long NamedAt { get; set; } = long.MaxValue;
    public bool Rooted { get; set; }
    public Dictionary<long, int> Services { get; } = [];
    public bool IsDirty { get; set; }

    public void Add(long service, string name, long at, long duration, bool isError, bool isRoot)
    {
        (First, Last, Spans, IsDirty) = (Math.Min(First, at), Math.Max(Last, at + duration), Spans + 1, true);
        Errors += isError ? 1 : 0;
        Services[service] = Services.GetValueOrDefault(service) + 1;
        // The root gives the trace its name; until it comes, the earliest span does.
        if (isRoot ? !Rooted || at < NamedAt : !Rooted && at < NamedAt)
        {
            (Name, Service, NamedAt, Rooted) = (name, service, at, isRoot);
        }
    }
}

/// <summary>Traces lately seen, in memory; written back once per batch.</summary>
internal sealed class TraceRows : IDisposable
{
    private const int Most = 20_000;
    private readonly Dictionary<UInt128, TraceState> known = [];
    private readonly List<TraceState> dirty = [];
    private readonly Statement find;
    private readonly Statement save;
    private long last;
    private long flushed;

    public TraceRows(SqliteConnection connection, long first)
    {
        find = new Statement(connection, "select id, first, last, spans, errors, name, service, named_at, rooted, services from trace where trace = ?");
        save = new Statement(connection, """
            insert into trace (id, trace, first, last, spans, errors, name, service, named_at, rooted, services) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (id) do update set first = excluded.first, last = excluded.last, spans = excluded.spans, errors = excluded.errors,
              name = excluded.name, service = excluded.service, named_at = excluded.named_at, rooted = excluded.rooted, services = excluded.services
            """);
        flushed = last = first - 1;
    }

    public TraceState Of(ReadOnlySpan<byte> trace)
    {
        var key = BinaryPrimitives.ReadUInt128BigEndian(trace);
        if (!known.TryGetValue(key, out var state))
        {
            var id = trace.ToArray();
            known[key] = state = find.Bind(trace).First(row => Read(row, id)) ?? new TraceState { Id = checked(++last), Trace = id };
        }

        if (!state.IsDirty)
        {
            dirty.Add(state);
        }

        return state;
    }

    /// <returns>How many traces are new.</returns>
    public int Flush()
    {
        var added = checked((int)(last - flushed));
        foreach (var state in dirty.Where(s => s.IsDirty))
        {
            var services = string.Concat(state.Services.Select(s => $"{s.Key}:{s.Value},"));
            save.Bind(state.Id).Bind(state.Trace).Bind(state.First).Bind(state.Last).Bind(state.Spans).Bind(state.Errors).Bind(state.Name)
                .Bind(state.Service).Bind(state.NamedAt).Bind(state.Rooted ? 1 : 0).Bind($",{services}").Run();
            state.IsDirty = false;
        }

        dirty.Clear();
        flushed = last;
        if (known.Count > Most)
        {
            known.Clear();
        }

        return added;
    }

    /// <summary>Those taken out of the file must not be written back.</summary>
    public void Forget() => known.Clear();

    public void Dispose()
    {
        find.Dispose();
        save.Dispose();
    }

    private static TraceState Read(sqlite3_stmt row, byte[] trace)
    {
        var state = new TraceState
        {
            Id = raw.sqlite3_column_int64(row, 0),
            Trace = trace,
            First = raw.sqlite3_column_int64(row, 1),
            Last = raw.sqlite3_column_int64(row, 2),
            Spans = raw.sqlite3_column_int(row, 3),
            Errors = raw.sqlite3_column_int(row, 4),
            Name = raw.sqlite3_column_text(row, 5).utf8_to_string(),
            Service = raw.sqlite3_column_int64(row, 6),
            NamedAt = raw.sqlite3_column_int64(row, 7),
            Rooted = raw.sqlite3_column_int(row, 8) != 0,
        };
        foreach (var share in raw.sqlite3_column_text(row, 9).utf8_to_string().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = share.IndexOf(':', StringComparison.Ordinal);
            state.Services[long.Parse(share.AsSpan(0, colon), CultureInfo.InvariantCulture)] = int.Parse(share.AsSpan(colon + 1), CultureInfo.InvariantCulture);
        }

        return state;
    }
}
