namespace Intervision.ServiceDefaults.Grpc;

/// <summary>
/// A server that stops closes its connections with GOAWAY and NO_ERROR (RFC 9113 §6.8). The client takes elsewhere what the
/// server says it never saw; a call it may have seen would end with INTERNAL, which nobody tries again. Here it is a lost
/// connection like any other, UNAVAILABLE, and is tried again with the same request_id.
/// </summary>
internal sealed class LostConnections : DelegatingHandler
{
    /// <summary>NO_ERROR, RFC 9113 §7.</summary>
    private const long NoError = 0;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException lost) when (lost.InnerException is HttpProtocolException { ErrorCode: NoError } closed)
        {
            // By its text alone: the code of an HttpProtocolException is looked for through all inner exceptions.
            throw new HttpRequestException(HttpRequestError.ConnectionError, lost.Message, new IOException(closed.Message));
        }
    }
}
