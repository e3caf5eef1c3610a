using Grpc.Core;
using Intervision.Membership.Review;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Membership;

internal sealed partial class MembershipGrpcService
{
    [CalledBy(Roles.Coordinator, Roles.Service)]
    public override Task<ReviewDatesResponse> ReviewDates(ReviewDatesRequest request, ServerCallContext context) =>
        Of<ReviewDates>().Handle(request, context.Call());
}

/// <summary>The verb behind it, and the job.</summary>
internal static class ReviewVerbs
{
    public static IServiceCollection AddReview(this IServiceCollection services) => services
        .AddSingleton<ReviewDates>()
        .AddHostedService<ReviewJob>();
}
