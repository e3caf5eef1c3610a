namespace Grpc.Core;

/// <summary>What the four kinds of call share: headers, status, trailers, and how to give the call up.</summary>
internal readonly struct CallState(
    Func<object, Task<Metadata>> responseHeaders,
    Func<object, Status> status,
    Func<object, Metadata> trailers,
    Action<object> dispose,
    object state)
{
    public static CallState From(Task<Metadata> responseHeaders, Func<Status> status, Func<Metadata> trailers, Action dispose) =>
        new(_ => responseHeaders, _ => status(), _ => trailers(), _ => dispose(), responseHeaders);

    public Task<Metadata> ResponseHeadersAsync() => responseHeaders(state);
    public Status Status() => status(state);
    public Metadata Trailers() => trailers(state);
    public void Dispose() => dispose(state);
}
