using Grpc.Core;
using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Membership;

internal sealed partial class MembershipGrpcService
{
    [CalledBy(Roles.Coordinator)]
    public override Task<ListChangesResponse> ListChanges(ListChangesRequest request, ServerCallContext context) =>
        Of<ListChanges>().Handle(request, context.Call());
}

/// <summary>The verbs behind them.</summary>
internal static class HistoryVerbs
{
    public static IServiceCollection AddHistoryVerbs(this IServiceCollection services) => services
        .AddSingleton<ListChanges>();
}
