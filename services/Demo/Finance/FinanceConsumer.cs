using System.Globalization;
using System.Text;
using Google.Protobuf;
using Intervision.Demo.Suite;
using Intervision.Indemnisation.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Intervision.Demo.Finance;

/// <summary>
/// Finance's own consumer on <c>finance.indemnisation</c>, as an outsider would write it: CloudEvents headers, proto3
/// JSON bodies, one acknowledgement per message. Connects again by itself when the broker was away.
/// </summary>
internal sealed class FinanceConsumer(string uri, EventJournal journal, Announcer announcer, TimeProvider time) : IAsyncDisposable
{
    public const string Queue = "finance.indemnisation";

    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;

    public void Start() => running = Run(stopping.Token);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        stopping.Dispose();
    }

    private async Task Run(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await ConsumeUntilCut(cancellation);
            }
            catch (Exception e) when (e is RabbitMQClientException or IOException or TimeoutException)
            {
                announcer.WaitsFor(Queue, $"RabbitMQ ne répond pas ({e.GetBaseException().Message.ReplaceLineEndings(" ")}), nouvel essai jusqu'à son retour…");
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task ConsumeUntilCut(CancellationToken cancellation)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(uri),
            ClientProvidedName = "finance (demo)",
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
        };
        await using var connection = await factory.CreateConnectionAsync(cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            cut.TrySetResult();
            return Task.CompletedTask;
        };
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            journal.Add(Read(delivery));
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, CancellationToken.None);
        };
        await channel.BasicQosAsync(prefetchSize: 0, prefetchCount: 250, global: false, cancellation);
        await channel.BasicConsumeAsync(Queue, autoAck: false, consumer, cancellation);
        announcer.IsBack(Queue);
        await cut.Task.WaitAsync(cancellation);
    }

    private static FinanceEvent Read(BasicDeliverEventArgs delivery)
    {
        var type = Header(delivery, "cloudEvents_type");
        // A type of tomorrow is counted, and its amount is nobody's business yet.
        var message = EventTypes.Find(type) is { } descriptor ? EventJson.Parse(delivery.Body.Span, descriptor) : null;
        return new FinanceEvent(
            Header(delivery, "cloudEvents_id"), type, Header(delivery, "cloudEvents_subject"),
            long.Parse(Header(delivery, "cloudEvents_sequence"), CultureInfo.InvariantCulture), Amounts(message));
    }

    private static IReadOnlyList<FinanceAmount> Amounts(IMessage? message) => message switch
    {
        IndemnityCommitted e => [Of(e.Indemnity)],
        IndemnityRecorded e => [Of(e.Indemnity)],
        IndemnityCalculated e => [Of(e.Indemnity)],
        IndemnityApproved e => [Of(e.Indemnity)],
        IndemnityCorrected e => [Of(e.Indemnity)],
        SessionSettled e => [.. e.Indemnities.Select(Of)],
        PaymentRunReleased e => [.. e.Payments.Select(p => new FinanceAmount(p.Payment, p.AmountCents))],
        _ => [],
    };

    private static FinanceAmount Of(IndemnityFacts line) => new(line.Indemnity, line.AmountCents);

    /// <summary>String headers arrive as bytes.</summary>
    private static string Header(BasicDeliverEventArgs delivery, string name) =>
        delivery.BasicProperties.Headers?.TryGetValue(name, out var value) == true
            ? value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), { } other => other.ToString() ?? "", _ => "" }
            : "";
}
