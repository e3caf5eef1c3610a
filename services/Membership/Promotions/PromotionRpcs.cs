using Grpc.Core;
using Intervision.Membership.Promotions;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Membership;

internal sealed partial class MembershipGrpcService
{
    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<RecordPromotionResponse> RecordPromotion(RecordPromotionRequest request, ServerCallContext context) =>
        Of<RecordPromotion>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<RetractPromotionResponse> RetractPromotion(RetractPromotionRequest request, ServerCallContext context) =>
        Of<RetractPromotion>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<ListPromotionsResponse> ListPromotions(ListPromotionsRequest request, ServerCallContext context) =>
        Of<ReadPromotions>().List(request, context.Call());

    [CalledBy(Roles.Coordinator, Roles.Auditor)]
    public override Task<ReportPromotionsResponse> ReportPromotions(ReportPromotionsRequest request, ServerCallContext context) =>
        Of<ReadPromotions>().Report(request, context.Call());
}

/// <summary>The verbs behind them.</summary>
internal static class PromotionVerbs
{
    public static IServiceCollection AddPromotionVerbs(this IServiceCollection services) => services
        .AddSingleton<RecordPromotion>()
        .AddSingleton<RetractPromotion>()
        .AddSingleton<ReadPromotions>();
}
