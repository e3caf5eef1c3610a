using Grpc.Core;
using Intervision.Membership.Places;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Microsoft.AspNetCore.Authorization;

namespace Intervision.Membership;

internal sealed partial class MembershipGrpcService
{
    [AllowAnonymous]
    [CalledByAnyone]
    public override Task<ListPlacesResponse> ListPlaces(ListPlacesRequest request, ServerCallContext context) =>
        Of<ListPlaces>().Handle(request, context.Call());
}

/// <summary>The verb behind it.</summary>
internal static class PlaceVerbs
{
    public static IServiceCollection AddPlaceVerbs(this IServiceCollection services) => services
        .AddSingleton<ListPlaces>();
}
