using System.Buffers.Binary;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Logs.V1;

namespace Intervision.Dashboard.Telemetry.Writing;

internal sealed class LogRows(SqliteConnection connection, long first, Names names, Words words, LeftOut leftOut) : IDisposable
{
    private readonly Statement add = new(connection, """
        insert into log (id, at, claimed, severity, service, resource, scope, trace, span, body, detail) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);
    private long next = first;
    private readonly Statement index = new(connection, "insert into log_text (rowid, words) values (?, ?)");

    /// <returns>How many rows were added.</returns>
    public int Write(ExportLogsServiceRequest request, long arrival)
    {
        var added = 0;
        foreach (var resource in request.ResourceLogs)
        {
            if (names.Resource(resource.Resource, arrival) is not { } sender)
            {
                leftOut.Add("logs", Drops.TooManyResources, resource.ScopeLogs.Sum(s => s.LogRecords.Count));
                continue;
            }

            foreach (var scope in resource.ScopeLogs)
            {
                var scopeId = names.Scope(scope.Scope?.Name ?? "");
                foreach (var log in scope.LogRecords)
                {
                    Write(log, sender, scopeId, arrival);
                    added++;
                }
            }
        }

        return added;
    }

    public void Dispose()
    {
        add.Dispose();
        index.Dispose();
    }

    private void Write(LogRecord log, Sender sender, long scope, long arrival)
    {
        var claimed = log.TimeUnixNano != 0 ? log.TimeUnixNano : log.ObservedTimeUnixNano;
        var believed = Instants.IsBelievable(claimed, arrival);
        var body = Values.Text(log.Body);
        var id = next;
        add.Bind(id).Bind(believed ? (long)claimed : arrival).Bind(believed || claimed == 0 ? null : Instants.Claimed(claimed))
            .Bind(Math.Clamp(log.SeverityNumber, 0, 24)).Bind(sender.Service).Bind(sender.Resource).Bind(scope);
        _ = log.TraceId.IsEmpty ? add.BindNull() : add.Bind(log.TraceId.Span);
        _ = log.SpanId.IsEmpty ? add.BindNull() : add.Bind(BinaryPrimitives.ReadInt64BigEndian(log.SpanId.Span));
        words.Clear().Add(body).Add(log.EventName).Add(log.Attributes);
        add.Bind(body).Bind(Detail(log)).Run();
        next = checked(next + 1);
        index.Bind(id).Bind(words.Text()).Run();
    }

    /// <summary>What has no column of its own. The record is as it was afterwards: a batch that fails is written again, one by one.</summary>
    private static byte[] Detail(LogRecord log)
    {
        var (body, trace, span, time, observed) = (log.Body, log.TraceId, log.SpanId, log.TimeUnixNano, log.ObservedTimeUnixNano);
        (log.Body, log.TraceId, log.SpanId, log.TimeUnixNano, log.ObservedTimeUnixNano) = (null, ByteString.Empty, ByteString.Empty, 0, 0);
        var detail = log.ToByteArray();
        (log.Body, log.TraceId, log.SpanId, log.TimeUnixNano, log.ObservedTimeUnixNano) = (body, trace, span, time, observed);
        return detail;
    }
}
