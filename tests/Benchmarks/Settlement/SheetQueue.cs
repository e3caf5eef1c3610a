using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Intervision.Benchmarks.Settlement;

/// <summary>
/// Scheduling's side of the broker: the year's sheets lie in <c>indemnisation.scheduling</c>, and this holds the queue's single
/// active place until the clock starts.
/// </summary>
internal sealed class SheetQueue(IConnection connection, IChannel channel) : IAsyncDisposable
{
    private const int Window = 500;
    private string holding = "";

    public static async Task<SheetQueue> Open(string amqp)
    {
        var opened = await new ConnectionFactory { Uri = new Uri(amqp) }.CreateConnectionAsync();
        var declared = await opened.CreateChannelAsync(new CreateChannelOptions(true, true, null));
        await Topology.Declare(declared, CancellationToken.None);
        return new SheetQueue(opened, declared);
    }

    public async Task Publish(IEnumerable<AttendanceCertified> sheets)
    {
        using var window = new SemaphoreSlim(Window);
        foreach (var sheet in sheets)
        {
            await window.WaitAsync();
            _ = Send(sheet);
        }

        for (var i = 0; i < Window; i++)
        {
            await window.WaitAsync();
        }

        async Task Send(AttendanceCertified sheet)
        {
            await Publish(sheet);
            window.Release();
        }
    }

    public async Task Publish(AttendanceCertified sheet)
    {
        var e = new CloudEvent(
            Guid.CreateVersion7(), EventTypes.NameOf(AttendanceCertified.Descriptor), sheet.Session, AggregateId.Of(sheet.Session), 1, Year.CertifiedAt(sheet), null, EventJson.Format(sheet));
        await channel.BasicPublishAsync(Topology.Exchange, e.Type, mandatory: true, e.ToProperties("scheduling"), e.Payload, CancellationToken.None);
    }

    /// <summary>Whoever consumes after this waits for <see cref="LetGo"/>.</summary>
    public async Task Hold()
    {
        await channel.BasicQosAsync(0, 1, global: false);
        holding = await channel.BasicConsumeAsync("indemnisation.scheduling", autoAck: false, new AsyncEventingBasicConsumer(channel));
    }

    public async Task LetGo()
    {
        await channel.BasicCancelAsync(holding);
        // The one message this had goes back with the channel.
        await channel.CloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
