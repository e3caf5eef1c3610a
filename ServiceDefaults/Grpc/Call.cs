using Grpc.Core;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.ServiceDefaults.Grpc;

/// <summary>What a verb needs to know of its call: who, when, which method, until when.</summary>
/// <param name="Caller">From the token.</param>
/// <param name="Now">The instant of the call: the clock's, or Development's <c>x-intervision-now</c> (DESIGN §7.20).</param>
/// <param name="Method">Full name, e.g. <c>/intervision.intake.v1.IntakeService/SubmitCase</c>.</param>
/// <param name="Cancellation">The caller's cancellation and deadline.</param>
public sealed record Call(Caller Caller, DateTimeOffset Now, string Method, CancellationToken Cancellation)
{
    public static Call From(ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var http = context.GetHttpContext();
        return new Call(
            Caller.From(http.User),
            http.RequestServices.GetRequiredService<CallClock>().Now(context.RequestHeaders),
            context.Method,
            context.CancellationToken);
    }
}

public static class CallExtensions
{
    /// <summary>The call, for a slice's <c>Handle</c>.</summary>
    public static Call Call(this ServerCallContext context) => Grpc.Call.From(context);
}
