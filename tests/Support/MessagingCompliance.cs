using System.Reflection;
using Dapper;
using Google.Protobuf;
using Intervision.Membership.Events.V1;
using Intervision.Operations.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Npgsql;
using RabbitMQ.Client;
using Xunit;
using EventHandlers = Intervision.ServiceDefaults.Messaging.EventHandlers;

namespace Intervision.Tests.Support;

/// <summary>
/// What every service's database must keep of the promise "nothing lost, nothing twice, in order per aggregate". A service's
/// test project derives one class from it, with its own migrations; membership events travel from one host to another,
/// both on that service's database.
/// </summary>
public abstract partial class MessagingCompliance(string service, Assembly migrations) : IAsyncLifetime
{
    private const string Source = "membership";
    private readonly List<MessagingHost> hosts = [];
    private string amqp = "";
    private TestBroker broker = null!;
    private string ownerConnection = "";
    private string appConnection = "";

    /// <summary>A service that hears membership; membership does not hear itself, and lends its database to scheduling's queue.</summary>
    private string Consumer => service == Source ? "scheduling" : service;

    private string Queue => $"{Consumer}.{Source}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What its handler does when the text is "poison".</summary>
    private bool Poisoned { get; set; } = true;

    public async ValueTask InitializeAsync()
    {
        broker = await TestBroker.Shared();
        amqp = await broker.NewVirtualHost();
        var postgres = await TestPostgres.Shared();
        var database = await postgres.NewDatabase(service, migrations);
        (ownerConnection, appConnection) = (postgres.Owner(database), postgres.App(service, database));
        await using var owner = new NpgsqlConnection(ownerConnection);
        await owner.ExecuteAsync(
            """
            create table compliance_effect (id bigint generated always as identity, aggregate_id uuid, stream_no bigint, text text);
            grant select, insert on compliance_effect to public;
            grant usage on all sequences in schema public to public;
            """);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }

        await broker.Drop(amqp);
        var errors = hosts.SelectMany(h => h.ErrorLog.Errors).ToList();
        Assert.True(errors.Count == 0, string.Join('\n', errors));
    }

    /// <summary>A host that only says.</summary>
    protected Task<MessagingHost> Producer(params (string Key, string Value)[] settings) => Host(Source, null, settings);

    /// <summary>A host that hears membership events and writes what it heard.</summary>
    protected Task<MessagingHost> Hearer(InboxKind kind = InboxKind.Contiguous, params (string Key, string Value)[] settings) =>
        Host(Consumer, handlers => handlers.From(Source, kind).On<CommunesChanged>(Hear), settings);

    private async Task<MessagingHost> Host(string name, Action<EventHandlers>? handlers, (string Key, string Value)[] settings)
    {
        var host = await MessagingHost.Start(name, appConnection, amqp, handlers, settings);
        hosts.Add(host);
        return host;
    }

    private async Task Hear(Tx tx, Received<CommunesChanged> received)
    {
        await tx.Execute(
            "insert into compliance_effect (aggregate_id, stream_no, text) values (@AggregateId, @StreamNo, @Departement)",
            new { received.AggregateId, received.StreamNo, received.Event.Departement });
        if (Poisoned && received.Event.Departement == "poison")
        {
            throw new InvalidOperationException("This one cannot be applied.");
        }
    }

    /// <summary>Events of one aggregate in one transaction.</summary>
    protected static Task Say(Db db, Guid aggregate, params IReadOnlyList<string> texts) =>
        db.InTransaction(tx => Outbox.Append(tx, aggregate, "communes/59", TimeProvider.System.GetUtcNow(), [.. texts.Select(Event)]), Cancellation);

    private static IMessage Event(string text) =>
        text == "unknown" ? new ProgrammeChanged() : new CommunesChanged { Departement = text };

    /// <summary>Every effect, by aggregate, in the order it was applied.</summary>
    protected async Task<ILookup<Guid, (long StreamNo, string Text)>> Effects()
    {
        await using var owner = new NpgsqlConnection(ownerConnection);
        return (await owner.QueryAsync<(Guid Aggregate, long StreamNo, string Text)>("select aggregate_id, stream_no, text from compliance_effect order by id"))
            .ToLookup(e => e.Aggregate, e => (e.StreamNo, e.Text));
    }

    protected async Task<long> Count(string what)
    {
        await using var owner = new NpgsqlConnection(ownerConnection);
        return await owner.ExecuteScalarAsync<long>($"select count(*) from {what}");
    }

    protected Task Await(string what, long count) => Eventually.Is(() => Count(what), n => n == count, $"{count} of {what}");

    /// <summary>Hands a message to the consumer's queue, past the outbox.</summary>
    protected async Task Inject(params IReadOnlyList<CloudEvent> events)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(amqp) }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true, null), Cancellation);
        await Topology.Declare(channel, Cancellation);
        foreach (var e in events)
        {
            await channel.BasicPublishAsync("", Queue, mandatory: true, e.ToProperties(Source), e.Payload, CancellationToken.None);
        }
    }

    protected static CloudEvent Message(Guid aggregate, long streamNo, string text, string type = "intervision.membership.communes_changed.v1") => new(
        Guid.CreateVersion7(), type, "communes/59", aggregate, streamNo, TimeProvider.System.GetUtcNow(), null, EventJson.Format(Event(text)));

    protected static OperationsService.OperationsServiceClient Operations(MessagingHost host) =>
        host.Client<OperationsService.OperationsServiceClient>();

    /// <summary>Waits for the error that the test means to provoke, which may be logged just after its effect is seen, and takes it out.</summary>
    protected async Task ErrorsAreExpected()
    {
        await Eventually.IsTrue(() => Task.FromResult(hosts.Exists(h => h.ErrorLog.Errors.Count > 0)), "the provoked error is logged");
        foreach (var host in hosts)
        {
            host.ErrorLog.Clear();
        }
    }
}
