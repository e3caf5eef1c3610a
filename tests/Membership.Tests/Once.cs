using Google.Protobuf;
using Grpc.Core;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>What every mutating verb promises: one effect per request, one winner per version.</summary>
internal static class Once
{
    /// <summary>The verb acts, and twice with the same request id once; another payload under that id is refused.</summary>
    /// <param name="events">Events and history rows that one act makes.</param>
    public static async Task<TResponse> Acts<TRequest, TResponse>(
        MembershipFixture membership, Func<TRequest, AsyncUnaryCall<TResponse>> verb, TRequest request, Action<TRequest> otherwise, (int Events, int History) events)
        where TRequest : class, IMessage<TRequest>, IDeepCloneable<TRequest>
    {
        var before = await Written(membership);
        WithId(request);
        var first = await verb(request);
        var once = await Written(membership);
        Assert.Equal(events, ((int)(once.Events - before.Events), (int)(once.History - before.History)));
        Assert.Equal(first, await verb(request));
        var other = request.Clone();
        otherwise(other);
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => verb(other));
        Assert.Equal(once, await Written(membership));
        return first;
    }

    /// <summary>Of several at once on the same version exactly one wins; a wrong or missing version overwrites nothing.</summary>
    public static async Task<TResponse> Wins<TRequest, TResponse>(Func<TRequest, AsyncUnaryCall<TResponse>> verb, TRequest request, Action<TRequest, string> etag)
        where TRequest : class, IMessage<TRequest>, IDeepCloneable<TRequest>
    {
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => verb(Version("v999")));
        await Refused.With(StatusCode.InvalidArgument, "ETAG_MISSING", () => verb(Version("")));
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Try(() => verb(WithId(request.Clone())))));
        Assert.All(results, r => Assert.True(r.Refusal is null or StatusCode.Aborted, $"{r.Refusal}"));
        return Assert.Single(results, r => r.Refusal is null).Response!;

        TRequest Version(string said)
        {
            var with = WithId(request.Clone());
            etag(with, said);
            return with;
        }
    }

    public static TRequest WithId<TRequest>(TRequest request)
        where TRequest : class, IMessage<TRequest>
    {
        request.Descriptor.FindFieldByName("request_id").Accessor.SetValue(request, Guid.CreateVersion7().ToString());
        return request;
    }

    private static async Task<(TResponse? Response, StatusCode? Refusal)> Try<TResponse>(Func<AsyncUnaryCall<TResponse>> call)
    {
        try
        {
            return (await call(), null);
        }
        catch (RpcException refused)
        {
            return (default, refused.StatusCode);
        }
    }

    private static async Task<(long Events, long History)> Written(MembershipFixture membership) =>
        (await membership.Count("outbox"), await membership.Count("change"));
}
