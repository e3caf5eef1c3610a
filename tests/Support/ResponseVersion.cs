namespace Intervision.Tests.Support;

/// <summary>The test server answers HTTP/1.1 unless told; gRPC wants the version it asked for.</summary>
internal sealed class ResponseVersion : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        response.Version = request.Version;
        return response;
    }
}
