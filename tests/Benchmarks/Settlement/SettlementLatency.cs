using System.Collections.Concurrent;
using System.Text;
using Intervision.Indemnisation.V1;
using Intervision.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Intervision.Benchmarks.Settlement;

/// <summary>One certified session at a time → its lines → SessionSettled in finance's queue, on a real broker with the relay on.</summary>
internal static class SettlementLatency
{
    private const int PerSecond = 20;

    public static async Task<Percentiles> Measure(TestPostgres postgres, TestBroker broker, string folder)
    {
        var year = new Year(10_000);
        var amqp = await broker.NewVirtualHost();
        await using var queue = await SheetQueue.Open(amqp);
        await using var service = await ServiceProcess.Start(
            postgres, "indemnisation", "settlement_latency", owner => YearDatabase.Fill(owner, year),
            ("ConnectionStrings__rabbitmq", amqp), ("Indemnisation__PaymentFolder", folder));
        using var channel = service.NewChannel();
        await SettlementRound.Prepare(new IndemnisationService.IndemnisationServiceClient(channel));
        await using var finance = await Finance.Listen(amqp);
        var sheets = year.Sheets().ToList();
        var latencies = await OpenLoop.Measure(PerSecond, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), async n =>
        {
            var settled = finance.Settled(sheets[n].Session);
            await queue.Publish(sheets[n]);
            await settled;
        });
        await broker.Drop(amqp);
        return Percentiles.Of(latencies);
    }

    private sealed class Finance(IConnection connection, IChannel channel) : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource> awaited = new(StringComparer.Ordinal);

        public static async Task<Finance> Listen(string amqp)
        {
            var opened = await new ConnectionFactory { Uri = new Uri(amqp) }.CreateConnectionAsync();
            var listening = await opened.CreateChannelAsync();
            var finance = new Finance(opened, listening);
            var consumer = new AsyncEventingBasicConsumer(listening);
            consumer.ReceivedAsync += finance.Received;
            await listening.BasicQosAsync(0, 250, global: false);
            await listening.BasicConsumeAsync("finance.indemnisation", autoAck: false, consumer);
            return finance;
        }

        public Task Settled(string session) => awaited.GetOrAdd(session, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public async ValueTask DisposeAsync()
        {
            await channel.DisposeAsync();
            await connection.DisposeAsync();
        }

        private async Task Received(object sender, BasicDeliverEventArgs delivery)
        {
            if (delivery.RoutingKey == "intervision.indemnisation.session_settled.v1"
                && delivery.BasicProperties.Headers?["cloudEvents_subject"] is byte[] subject
                && awaited.TryGetValue(Encoding.UTF8.GetString(subject), out var settled))
            {
                settled.TrySetResult();
            }

            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        }
    }
}
