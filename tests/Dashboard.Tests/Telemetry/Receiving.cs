using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.Dashboard.Otlp;
using Intervision.Dashboard.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intervision.Dashboard.Tests.Telemetry;

/// <summary>A store in a folder of its own and the receiver before it, on free ports.</summary>
internal sealed class Receiving : IAsyncDisposable
{
    private readonly bool isOwner;
    private GrpcChannel? channel;

    private Receiving(DashboardTelemetry telemetry, IConfiguration configuration, string folder, bool isOwner)
    {
        (Telemetry, Configuration, Folder, this.isOwner) = (telemetry, configuration, folder, isOwner);
        Http = new HttpClient { BaseAddress = new Uri(configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"]!) };
        Http.DefaultRequestHeaders.Add(ApiKey.Header, Key);
    }

    public DashboardTelemetry Telemetry { get; }
    public IConfiguration Configuration { get; }
    public string Folder { get; }
    public HttpClient Http { get; }
    public TelemetryStore Store => Telemetry.Store;
    public string Key => Configuration["AppHost:OtlpApiKey"]!;
    public string DatabasePath => Path.Combine(Folder, "telemetry.db");
    public GrpcChannel Channel => channel ??= GrpcChannel.ForAddress(Configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]!);
    public Metadata Headers => new() { { ApiKey.Header, Key } };

    public static Task<Receiving> Start(params (string Name, string Value)[] limits) =>
        StartIn(Directory.CreateTempSubdirectory("telemetry-").FullName, isOwner: true, limits);

    /// <summary>In a folder that outlives it.</summary>
    public static async Task<Receiving> StartIn(string folder, bool isOwner, params (string Name, string Value)[] limits)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(limits
            .Select(l => KeyValuePair.Create($"Dashboard:TelemetryLimits:{l.Name}", (string?)l.Value))
            .Append(KeyValuePair.Create("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", (string?)"http://127.0.0.1:0"))
            .Append(KeyValuePair.Create("ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL", (string?)"http://127.0.0.1:0"))).Build();
        var telemetry = await DashboardTelemetry.StartAsync(configuration, folder, NullLoggerFactory.Instance, CancellationToken.None);
        return new Receiving(telemetry, configuration, folder, isOwner);
    }

    public async Task<HttpResponseMessage> Post(string signal, IMessage request) => await Post(signal, request.ToByteArray(), "application/x-protobuf");

    public async Task<HttpResponseMessage> Post(string signal, byte[] body, string type, string? encoding = null)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return await Http.PostAsync(new Uri($"/v1/{signal}", UriKind.Relative), content);
    }

    /// <summary>Waits until a query's answer is as wanted; what was taken is in the file a moment later.</summary>
    public static async Task<T> Until<T>(Func<Task<T>> query, Func<T, bool> wanted)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var answer = await query();
            if (wanted(answer))
            {
                return answer;
            }

            Assert.False(deadline.IsCancellationRequested, $"still {answer}");
            await Task.Delay(20);
        }
    }

    /// <summary>Waits until all that was taken before is in the file.</summary>
    public Task Written() => Store.Written();

    public async ValueTask DisposeAsync()
    {
        channel?.Dispose();
        Http.Dispose();
        await Telemetry.DisposeAsync();
        if (isOwner)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
