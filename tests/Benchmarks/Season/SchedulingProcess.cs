using Google.Protobuf;
using Grpc.Net.Client;
using Intervision.Intake.Events.V1;
using Intervision.Membership.Events.V1;
using Intervision.Scheduling.Events;
using Intervision.Scheduling.Tests;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Benchmarks.Season;

/// <summary>Scheduling in a process of its own, knowing the sample region; without a broker, and without an Intake to ask.</summary>
internal sealed class SchedulingProcess : IAsyncDisposable
{
    private readonly ServiceProcess process;
    private readonly GrpcChannel channel;

    private SchedulingProcess(ServiceProcess process) => (this.process, channel) = (process, process.NewChannel());

    public SchedulingService.SchedulingServiceClient Scheduling => new(channel);

    public PlanningService.PlanningServiceClient Planning => new(channel);

    public static async Task<SchedulingProcess> Start(TestPostgres postgres, string database) =>
        new(await ServiceProcess.Start(
            postgres, "scheduling", database, owner => Apply(owner, SampleRegion.Membership()),
            ("services__intake__grpc__0", "http://127.0.0.1:1"), ("Authentication__ServiceToken", Tokens.Mint(Tokens.Service("scheduling")))));

    /// <summary>The region's cases become ready, as if Intake had said so.</summary>
    public Task CasesAreReady() => Apply(process.Owner, SampleRegion.ReadyCases());

    /// <summary>As autovacuum does within a minute.</summary>
    public async Task Analyse()
    {
        await using var source = NpgsqlDataSource.Create(process.Owner);
        await using var analyse = source.CreateCommand("vacuum analyze");
        await analyse.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await process.DisposeAsync();
    }

    /// <summary>Through the service's own handlers.</summary>
    private static async Task Apply(string owner, IEnumerable<(string Subject, IMessage Event)> events)
    {
        await using var source = NpgsqlDataSource.Create(owner);
        using var signal = new OutboxSignal();
        await new Db(source, signal).InTransaction(
            async tx =>
            {
                foreach (var (_, message) in events)
                {
                    await Apply(tx, message);
                }
            },
            CancellationToken.None);
    }

    private static Task Apply(Tx tx, IMessage message) => message switch
    {
        ProgrammeChanged e => OnProgrammeChanged.Handle(tx, Received(e)),
        PoleChanged e => OnPoleChanged.Handle(tx, Received(e)),
        ConventionChanged e => OnConventionChanged.Handle(tx, Received(e)),
        ProfessionalChanged e => OnProfessionalChanged.Handle(tx, Received(e)),
        CaseReady e => OnCaseReady.Handle(tx, Received(e)),
        _ => throw new ArgumentException(message.Descriptor.FullName, nameof(message)),
    };

    /// <summary>Said before the season begins, so that no verb comes before what it is about.</summary>
    private static Received<T> Received<T>(T message)
        where T : IMessage => new(message, "benchmark", Guid.Empty, 1, Guid.CreateVersion7(), new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero));
}
