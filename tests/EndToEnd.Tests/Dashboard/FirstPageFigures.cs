using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Telemetry.Reading;
using OpenTelemetry.Proto.Metrics.V1;
using RabbitMQ.Client;

namespace Intervision.EndToEnd.Tests.Dashboard;

/// <summary>The six figures of the first page, in what the services told while a season was played: each took several values.</summary>
internal static class FirstPageFigures
{
    private static readonly string[] Gauges =
    [
        "intervision.scheduling.waiting.age", "intervision.scheduling.sessions.upcoming", "intervision.indemnisation.envelope.consumed",
        "intervision.outbox.age", "intervision.queue.messages",
    ];

    private const string Calls = "rpc.server.call.duration";

    public static async Task SayToFinance(Uri broker, int messages)
    {
        await using var connection = await new ConnectionFactory { Uri = broker, ClientProvidedName = "dashboard test" }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        for (var i = 0; i < messages; i++)
        {
            await channel.BasicPublishAsync("", "finance.indemnisation", ReadOnlyMemory<byte>.Empty);
        }
    }

    /// <returns>Figures that took one value at most; none when all is measured that should be.</returns>
    public static IReadOnlyList<string> NotMoved(string file)
    {
        using var connection = new TelemetryFile(file, TimeProvider.System).OpenToRead();
        var told = new Sql("select i.name, s.detail, p.value from point p join series s on s.id = p.series join instrument i on i.id = s.instrument")
            .Where($"i.name in ({string.Join(", ", Gauges.Append(Calls).Select(name => $"'{name}'"))})")
            .Read(connection, row => (Name: row.GetString(0), Tags: Values.Tags(NumberDataPoint.Parser.ParseFrom((byte[])row[1]).Attributes), Value: row.GetDouble(2)));
        var still = Gauges.Where(gauge => told.Where(t => t.Name == gauge).Select(t => t.Value).Distinct().Count() < 2).ToList();
        if (!told.Exists(t => t.Name == Calls && t.Tags.Any(tag => tag is { Key: "rpc.grpc.status_code", Value: not "0" })))
        {
            still.Add("refused calls");
        }

        if (!told.Exists(t => t.Value >= 7 && t.Tags.Any(tag => tag.Value == "finance.indemnisation")))
        {
            still.Add("finance.indemnisation");
        }

        return still;
    }
}
