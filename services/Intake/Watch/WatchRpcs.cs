using System.Globalization;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Intake.Watch;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake;

internal sealed partial class IntakeGrpcService
{
    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    [CalledBy(Roles.Cpts, Within = Within.OwnDeposits)]
    public override Task WatchCases(WatchCasesRequest request, IServerStreamWriter<WatchCasesResponse> responseStream, ServerCallContext context) =>
        Of<WatchCases>().Handle(request, responseStream, context.Call(), TokenValidFor(context));

    /// <summary>A call of a moment is judged at its beginning; this one lasts no longer than the token that opened it.</summary>
    private TimeSpan TokenValidFor(ServerCallContext context)
    {
        var longest = TimeSpan.FromDays(1);
        if (!long.TryParse(context.GetHttpContext().User.FindFirst("exp")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return longest;
        }

        // By the real clock: tokens know no other (DESIGN §7.20).
        var left = DateTimeOffset.FromUnixTimeSeconds(seconds) - Of<TimeProvider>().GetUtcNow();
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < longest ? left : longest;
    }
}

/// <summary>The verb behind it, and what all watchers share.</summary>
internal static class WatchVerbs
{
    public static IServiceCollection AddWatchVerbs(this IServiceCollection services) => services
        .AddSingleton<CaseTail>()
        .AddHostedService(provider => provider.GetRequiredService<CaseTail>())
        .AddSingleton<ResumeTokens>()
        .AddSingleton<WatchPlaces>()
        .AddSingleton<WatchCases>();
}
