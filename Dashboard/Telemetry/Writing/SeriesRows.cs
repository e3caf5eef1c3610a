using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Microsoft.Data.Sqlite;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using SQLitePCL;

namespace Intervision.Dashboard.Telemetry.Writing;

/// <param name="Repeats">The same value again means that nothing happened, and need not be stored: not so for a delta.</param>
internal sealed record InstrumentState(long Id, bool Repeats)
{
    /// <summary>Seen since this start. Those of earlier runs stay until their points go, and do not count.</summary>
    public Dictionary<UInt128, SeriesState> Series { get; } = [];
    public long Seen { get; set; }
}

internal sealed record SeriesState(long Id)
{
    public double Latest { get; private set; } = double.NaN;
    public long Seen { get; private set; }
    public long StoredAt { get; set; } = long.MinValue / 2;
    public long ExemplarAt { get; set; }
    public bool IsDirty { get; set; }

    public void See(double value, long at) => (Latest, Seen, IsDirty) = (value, at, true);
}

/// <summary>Instruments and their combinations of dimensions, with bounds on both; these are known by a hash, however long they are.</summary>
internal sealed class SeriesRows(SqliteConnection connection, TelemetryOptions limits) : IDisposable
{
    private readonly Dictionary<(long Service, long Scope, string Name, InstrumentKind Kind), InstrumentState> instruments = [];
    private readonly Statement addInstrument = new(connection, """
        insert into instrument (service, scope, name, unit, kind, description, cumulative, seen) values (?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (service, scope, name, kind) do update set unit = excluded.unit, description = excluded.description, cumulative = excluded.cumulative
        returning id
        """);
    private readonly Statement addSeries = new(connection, """
        insert into series (instrument, resource, detail, key, latest, seen) values (?, ?, ?, ?, 0, 0)
        on conflict (instrument, key) do update set resource = excluded.resource
        returning id
        """);
    private readonly Statement saveInstrument = new(connection, "update instrument set seen = ? where id = ?");
    private readonly Statement saveSeries = new(connection, "update series set latest = ?, seen = ? where id = ?");
    private readonly StringBuilder key = new();
    private int count;

    /// <returns>Null when there are too many.</returns>
    public InstrumentState? Instrument(Metric metric, InstrumentKind kind, bool cumulative, Sender sender, long scope, long arrival)
    {
        var id = (sender.Service, scope, metric.Name, kind);
        if (!instruments.TryGetValue(id, out var state))
        {
            if (instruments.Count >= limits.MaxInstrumentCount)
            {
                return null;
            }

            var row = addInstrument.Bind(sender.Service).Bind(scope).Bind(metric.Name).Bind(metric.Unit).Bind((int)kind).Bind(metric.Description)
                .Bind(cumulative ? 1 : 0).Bind(arrival).First(r => raw.sqlite3_column_int64(r, 0));
            instruments[id] = state = new InstrumentState(row, cumulative);
        }

        state.Seen = arrival;
        return state;
    }

    /// <returns>Null when there are too many.</returns>
    public SeriesState? Of(InstrumentState instrument, long resource, RepeatedField<KeyValue> attributes)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(Key(resource, attributes)), hash);
        var id = BinaryPrimitives.ReadUInt128BigEndian(hash);
        if (instrument.Series.TryGetValue(id, out var state))
        {
            return state;
        }

        if (instrument.Series.Count >= limits.MaxSeriesPerInstrument || count >= limits.MaxSeriesCount)
        {
            return null;
        }

        count = checked(count + 1);
        var point = new NumberDataPoint { Attributes = { attributes } };
        var row = addSeries.Bind(instrument.Id).Bind(resource).Bind(point.ToByteArray()).Bind(hash[..16]).First(r => raw.sqlite3_column_int64(r, 0));
        return instrument.Series[id] = new SeriesState(row);
    }

    public void Flush()
    {
        foreach (var instrument in instruments.Values.Where(i => i.Seen > 0))
        {
            saveInstrument.Bind(instrument.Seen).Bind(instrument.Id).Run();
            instrument.Seen = 0;
            foreach (var series in instrument.Series.Values.Where(s => s.IsDirty))
            {
                saveSeries.Bind(series.Latest).Bind(series.Seen).Bind(series.Id).Run();
                series.IsDirty = false;
            }
        }
    }

    public void Dispose()
    {
        foreach (var statement in (Statement[])[addInstrument, addSeries, saveInstrument, saveSeries])
        {
            statement.Dispose();
        }
    }

    /// <summary>The same dimensions in another order are the same series.</summary>
    private string Key(long resource, RepeatedField<KeyValue> attributes)
    {
        key.Clear().Append(resource);
        foreach (var attribute in attributes.Count < 2 ? attributes : (IEnumerable<KeyValue>)attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            key.Append('\0').Append(attribute.Key).Append('\u0001').Append(Values.Text(attribute.Value));
        }

        return key.ToString();
    }
}
