using Google.Protobuf.WellKnownTypes;
using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

// A small process with ServiceDefaults' relay, consumers and idempotent transactions, for the tests that kill it at a
// named point (INTERVISION_CRASH_POINT). What it acknowledges, it prints.
//   CrashHost <service>              says and hears; as any service but membership it writes what it hears to compliance_effect
//   CrashHost membership say A N     appends N events to each of A aggregates, then stays
//   CrashHost membership once ID     one idempotent request that says one event, then stays
var service = args[0];
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.ClearProviders();
builder.AddServiceDefaults(service, handlers =>
{
    if (service != "membership")
    {
        handlers.From("membership", InboxKind.Contiguous).On<CommunesChanged>((tx, received) => tx.Execute(
            "insert into compliance_effect (aggregate_id, stream_no, text) values (@AggregateId, @StreamNo, @Departement)",
            new { received.AggregateId, received.StreamNo, received.Event.Departement }));
    }
});
var app = builder.Build();
app.MapServiceDefaults();
await app.StartAsync();
var db = app.Services.GetRequiredService<Db>();
var now = TimeProvider.System.GetUtcNow();
switch (args[1..])
{
    case ["say", var aggregates, var count]:
        for (var a = 1; a <= int.Parse(aggregates, null); a++)
        {
            var aggregate = AggregateId.Of($"communes/{a}");
            for (var n = 1; n <= int.Parse(count, null); n++)
            {
                await db.InTransaction(tx => Say(tx, aggregate, $"{n}"), CancellationToken.None);
                Console.WriteLine($"said {a} {n}");
            }
        }

        break;
    case ["once", var id]:
        var caller = new Caller("someone", new HashSet<string>(), null, new HashSet<string>(), null, null);
        var answer = await db.Once(new Call(caller, now, "/crash/Once", CancellationToken.None), id, new Empty(), async tx =>
        {
            await Say(tx, AggregateId.Of("communes/1"), "once");
            return new StringValue { Value = Guid.CreateVersion7().ToString() };
        });
        Console.WriteLine($"answer {answer.Value}");
        break;
    default:
        break;
}

await app.WaitForShutdownAsync();

Task Say(Tx tx, Guid aggregate, string text) =>
    Outbox.Append(tx, aggregate, "communes/59", now, [new CommunesChanged { Departement = text }]);
