using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Intervision.Indemnisation.V1;
using Intervision.Intake.V1;
using Intervision.Membership.V1;
using Intervision.Operations.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Demo.Suite;

/// <summary>One channel per service, reused for the whole season; every unary call is patient.</summary>
internal sealed class SuiteClients : IDisposable
{
    private readonly List<GrpcChannel> channels = [];
    private readonly Dictionary<string, OperationsService.OperationsServiceClient> operations = new(StringComparer.Ordinal);

    public SuiteClients(SuiteOptions options, Announcer announcer, TimeProvider time)
    {
        ImportPatience = new Patience("membership", options.Membership, announcer, time);
        Membership = new(Open("membership", options.Membership));
        Intake = new(Open("intake", options.Intake));
        var scheduling = Open("scheduling", options.Scheduling);
        (Scheduling, Invitations) = (new(scheduling), new(scheduling));
        Indemnisation = new(Open("indemnisation", options.Indemnisation));

        Grpc.Core.CallInvoker Open(string service, string address)
        {
            // The results of an import and the lists of a season are larger than the usual limit of a message.
            var open = new GrpcChannelOptions { MaxReceiveMessageSize = 64 * 1024 * 1024 };
            var instances = address.Split(',');
            Balancing.ShareOut(open, instances);
            var channel = GrpcChannel.ForAddress(Balancing.Target(instances), open);
            channels.Add(channel);
            var invoker = channel.Intercept(new Patience(service, address, announcer, time));
            operations[service] = new OperationsService.OperationsServiceClient(invoker);
            return invoker;
        }
    }

    /// <summary>For the one streaming call, which is sent again as a whole.</summary>
    public Patience ImportPatience { get; }

    public MembershipService.MembershipServiceClient Membership { get; }

    public IntakeService.IntakeServiceClient Intake { get; }

    public SchedulingService.SchedulingServiceClient Scheduling { get; }

    public InvitationService.InvitationServiceClient Invitations { get; }

    public IndemnisationService.IndemnisationServiceClient Indemnisation { get; }

    public OperationsService.OperationsServiceClient Operations(string service) => operations[service];

    public void Dispose() => channels.ForEach(c => c.Dispose());
}
