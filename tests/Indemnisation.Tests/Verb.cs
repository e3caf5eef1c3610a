using Google.Protobuf;
using Grpc.Core;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>What every mutating verb keeps, whoever wrote it.</summary>
public static class Verb
{
    /// <summary>Everybody, with the token of one role only.</summary>
    private static readonly DevelopmentClaims[] Everybody =
    [
        Tokens.Coordinator(), Tokens.Referent("professionals/PER-R", "poles/P12"), Tokens.HostCoordinator("host@x", "poles/P12"),
        Tokens.Professional("professionals/PER-P"), Tokens.Cpts("organisations/CPTS-1"), Tokens.Service("scheduling"),
        Tokens.Of(Roles.FinanceOfficer, "somebody@finance"), Tokens.Of(Roles.FinanceApprover, "somebody@finance"),
        Tokens.Of(Roles.FinanceReleaser, "somebody@finance"), Tokens.Of(Roles.Auditor, "somebody@ars"),
    ];

    /// <summary>Eight at once and once more: one answer. The same id with another payload: refused.</summary>
    public static async Task<TResponse> Once<TRequest, TResponse>(
        Func<TRequest, AsyncUnaryCall<TResponse>> call, TRequest request, Action<TRequest> alter)
        where TRequest : class, IMessage<TRequest>, IDeepCloneable<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await call(request)));
        var again = await call(request);
        Assert.All(answers, a => Assert.Equal(again, a));
        var other = request.Clone();
        alter(other);
        Assert.NotEqual(request, other);
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => call(other));
        return again;
    }

    /// <summary>Every role but these is refused, the same way for what exists and what does not.</summary>
    public static async Task OnlyFor<TRequest, TResponse>(
        Func<TRequest, Metadata, AsyncUnaryCall<TResponse>> call, IReadOnlyCollection<string> roles, params TRequest[] requests)
    {
        foreach (var who in Everybody.Where(w => !w.Roles.Any(roles.Contains)))
        {
            foreach (var request in requests)
            {
                var refused = await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => call(request, Tokens.As(who)));
                Assert.DoesNotContain(refused.Trailers, t => t.Key.Contains("name", StringComparison.Ordinal));
            }
        }

        foreach (var request in requests)
        {
            var anonymous = await Assert.ThrowsAsync<RpcException>(async () => await call(request, new Metadata()));
            Assert.Equal(StatusCode.Unauthenticated, anonymous.StatusCode);
        }
    }
}
