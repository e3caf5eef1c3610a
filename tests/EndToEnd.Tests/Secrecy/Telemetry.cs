using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Intervision.EndToEnd.Tests.Secrecy;

/// <summary>Receives what the services export by OTLP over HTTP (traces, logs, metrics) and keeps it as it came.</summary>
internal sealed class Telemetry : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly ConcurrentQueue<(string Signal, byte[] Body)> received = [];

    public Telemetry()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        web = builder.Build();
        web.MapPost("/v1/{signal}", Receive);
    }

    public string Address => web.Urls.Single();

    /// <summary>What makes the services export everything: no span dropped for want of room, logs down to Debug.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Address,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_MAX_QUEUE_SIZE"] = "200000",
        ["OTEL_BLRP_MAX_QUEUE_SIZE"] = "200000",
        ["Logging__LogLevel__Default"] = "Debug",
        ["Logging__LogLevel__Grpc"] = "Debug",
        ["Logging__LogLevel__Microsoft.AspNetCore"] = "Debug",
    };

    public Task Start() => web.StartAsync();

    public IEnumerable<(string Place, ReadOnlyMemory<byte> Bytes)> Received() => received.Select(r => ($"otlp {r.Signal}", (ReadOnlyMemory<byte>)r.Body));

    /// <summary>How often a word stands in what came of this signal.</summary>
    public bool Has(string signal, params string[] words) => received.Any(r =>
        r.Signal == signal && Array.TrueForAll(words, w => r.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(w)) >= 0));

    public async Task Send(string signal, string words)
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(words));
        (await http.PostAsync(new Uri($"{Address}/v1/{signal}"), content)).EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync() => await web.DisposeAsync();

    private async Task<IResult> Receive(HttpRequest request, string signal)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        // Compressed, it could not be searched as bytes.
        Assert.True(request.Headers.ContentEncoding.Count == 0, $"OTLP came compressed: {request.Headers.ContentEncoding}");
        received.Enqueue((signal, body.ToArray()));
        return Results.Bytes([], "application/x-protobuf");
    }
}
