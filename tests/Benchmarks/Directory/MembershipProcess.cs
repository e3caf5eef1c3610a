using Grpc.Net.Client;
using Intervision.Membership.V1;
using Intervision.Tests.Support;

namespace Intervision.Benchmarks.Directory;

/// <summary>Membership in a process of its own; without a broker.</summary>
internal sealed class MembershipProcess : IAsyncDisposable
{
    private readonly ServiceProcess process;
    private readonly GrpcChannel channel;

    private MembershipProcess(ServiceProcess process) => (this.process, channel) = (process, process.NewChannel());

    public MembershipService.MembershipServiceClient Directory => new(channel);

    /// <inheritdoc cref="ServiceProcess.Owner"/>
    public string Owner => process.Owner;

    /// <inheritdoc cref="ServiceProcess.PeakMemoryMiB"/>
    public long PeakMemoryMiB => process.PeakMemoryMiB;

    /// <param name="settings">More environment variables.</param>
    public static async Task<MembershipProcess> Start(TestPostgres postgres, string database, params (string Key, string Value)[] settings) =>
        new(await ServiceProcess.Start(postgres, "membership", database, fill: null, settings));

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await process.DisposeAsync();
    }
}
