using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>Servers that die, and one that only stops answering: work goes on by itself when they are back.</summary>
public sealed class ServerOutageTests
{
    [Fact]
    public async Task PostgreSQL_killed_and_started_again()
    {
        await using var postgres = await TestPostgres.StartNew();
        await using var world = await CrashWorld.New(postgres);
        await using var pair = await Pair.Start(world);
        await pair.Say(100);
        postgres.Kill();
        await pair.CannotSay();
        await postgres.Start();
        await pair.SayWhenItWorks(100);
        await world.AllIsWell(await pair.Appended());
        Assert.True(await pair.Appended() >= pair.Acknowledged);
        Assert.DoesNotContain(pair.Errors, error => !ErrorLog.SaysPostgresIsAway(error));
    }

    [Fact]
    public async Task RabbitMQ_killed_and_started_again()
    {
        await using var broker = await TestBroker.StartNew();
        await using var world = await CrashWorld.New(ownBroker: broker);
        await using var pair = await Pair.Start(world);
        await pair.Say(100);
        // A confirm says that the queues stand. RabbitMQ 3.10 killed while it creates a quorum queue may come back with one
        // that takes declarations, and never confirms or delivers (docs/operations.md): that is another test than this one.
        await world.AwaitAtLeast("published_event", 1);
        broker.KillNode();
        // The business goes on: events wait in the outbox.
        await pair.Say(100);
        await broker.Start();
        await pair.Say(50);
        await world.AllIsWell(250);
        Assert.Empty(pair.Errors);
    }

    [Fact]
    public async Task RabbitMQ_frozen_for_a_while()
    {
        await using var broker = await TestBroker.StartNew();
        await using var world = await CrashWorld.New(ownBroker: broker);
        await using var pair = await Pair.Start(world, ("Messaging:ConfirmTimeout", "00:00:01"));
        await pair.Say(20);
        // An empty outbox says that the relay has its confirms: it is connected, and it is this session that will meet silence.
        await world.AllIsWell(20);
        broker.Freeze();
        await pair.Say(20);
        // The relay gives the silent channel up, and is not sure of what it sent.
        await world.Await("outbox where not_before is not null", 1);
        broker.Thaw();
        await world.AllIsWell(40);
        Assert.Empty(pair.Errors);
    }

    /// <summary>One that says and one that hears, in this process.</summary>
    private sealed class Pair(CrashWorld world, MessagingHost sayer, MessagingHost hearer) : IAsyncDisposable
    {
        private readonly Guid aggregate = Guid.CreateVersion7();

        public int Acknowledged { get; private set; }

        public IEnumerable<string> Errors => sayer.ErrorLog.Errors.Concat(hearer.ErrorLog.Errors);

        public static async Task<Pair> Start(CrashWorld world, params (string, string)[] settings)
        {
            var sayer = await MessagingHost.Start("membership", world.App, world.Amqp, null, settings);
            var hearer = await MessagingHost.Start(
                "indemnisation", world.App, world.Amqp,
                handlers => handlers.From("membership", InboxKind.Contiguous).On<CommunesChanged>((tx, r) => tx.Execute(
                    "insert into compliance_effect (aggregate_id, stream_no, text) values (@AggregateId, @StreamNo, @Departement)",
                    new { r.AggregateId, r.StreamNo, r.Event.Departement })),
                settings);
            world.Logged = () => sayer.ErrorLog.Warnings.Concat(hearer.ErrorLog.Warnings);
            return new Pair(world, sayer, hearer);
        }

        public async Task Say(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await sayer.Db.InTransaction(
                    tx => Outbox.Append(tx, aggregate, "communes/59", TimeProvider.System.GetUtcNow(), [new CommunesChanged { Departement = $"{i}" }]),
                    CancellationToken.None);
                Acknowledged++;
            }
        }

        public Task CannotSay() => Assert.ThrowsAnyAsync<Exception>(() => Say(1));

        public async Task SayWhenItWorks(int count)
        {
            await Eventually.IsTrue(
                async () =>
                {
                    try
                    {
                        await Say(1);
                        return true;
                    }
                    catch (Npgsql.NpgsqlException)
                    {
                        return false;
                    }
                },
                "the database takes work again");
            await Say(count - 1);
        }

        public Task<long> Appended() => world.Count("(select generate_series(1, last_no) from stream_head) e");

        public async ValueTask DisposeAsync()
        {
            await hearer.DisposeAsync();
            await sayer.DisposeAsync();
        }
    }
}
