using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.Intake.Encryption;
using Intervision.Intake.Events;
using Intervision.Intake.Tests;
using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.Tests.Support;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Intervision.Benchmarks.Intake;

/// <summary>Intake in a process of its own, knowing the sample region, with relay and broker when one is given.</summary>
internal sealed class IntakeProcess : IAsyncDisposable
{
    private static readonly string MasterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private IntakeProcess(ServiceProcess process) => Process = process;

    public ServiceProcess Process { get; }

    public static async Task<IntakeProcess> Start(TestPostgres postgres, string database, string? amqp, params (string Key, string Value)[] settings)
    {
        (string, string)[] all = [("Intake__MasterKey", MasterKey), .. settings, .. amqp is null ? Array.Empty<(string, string)>() : [("ConnectionStrings__rabbitmq", amqp)]];
        var process = await ServiceProcess.Start(postgres, "intake", database, FillDirectory, all);
        using var channel = process.NewChannel();
        await PutLists(new IntakeService.IntakeServiceClient(channel));
        return new IntakeProcess(process);
    }

    /// <summary>A client on a connection of its own.</summary>
    public (GrpcChannel Channel, IntakeService.IntakeServiceClient Intake) Connect()
    {
        var channel = Process.NewChannel();
        return (channel, new IntakeService.IntakeServiceClient(channel));
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    /// <summary>As Membership's events would, through the service's own handlers.</summary>
    private static async Task FillDirectory(string owner)
    {
        await using var source = NpgsqlDataSource.Create(owner);
        using var signal = new OutboxSignal();
        var master = new MasterKey(new ConfigurationBuilder()
            .AddInMemoryCollection([new KeyValuePair<string, string?>("Intake:MasterKey", MasterKey)]).Build());
        await new Db(source, signal).InTransaction(
            async tx =>
            {
                foreach (var message in Region.Directory())
                {
                    await Apply(tx, message, master);
                }
            },
            CancellationToken.None);
        await using var analyse = source.CreateCommand("vacuum analyze");
        await analyse.ExecuteNonQueryAsync();
    }

    private static Task Apply(Tx tx, IMessage message, MasterKey master) => message switch
    {
        ProgrammeChanged e => WhenProgrammeChanged.Handle(tx, Received(e)),
        PoleChanged e => WhenPoleChanged.Handle(tx, Received(e)),
        OrganisationChanged e => WhenOrganisationChanged.Handle(tx, Received(e)),
        ProfessionalChanged e => WhenProfessionalChanged.Handle(tx, Received(e), master),
        CommunesChanged e => WhenCommunesChanged.Handle(tx, Received(e)),
        _ => throw new ArgumentException(message.Descriptor.FullName, nameof(message)),
    };

    private static Received<T> Received<T>(T message)
        where T : IMessage => new(message, "benchmark", Guid.Empty, 1, Guid.CreateVersion7(), TimeProvider.System.GetUtcNow());

    private static async Task PutLists(IntakeService.IntakeServiceClient intake)
    {
        foreach (var list in Region.Lists())
        {
            await intake.PutReferenceListAsync(list, Tokens.As(Tokens.Coordinator()));
        }
    }
}
