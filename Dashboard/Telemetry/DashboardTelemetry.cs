using System.Security.Cryptography;
using Intervision.Dashboard.Otlp;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Intervision.Dashboard.Telemetry;

/// <summary>
/// The dashboard's ears: OTLP in by gRPC and HTTP, the store on disk. The app host calls <see cref="StartAsync"/> once,
/// <b>before</b> it evaluates any resource's environment, gives <see cref="Store"/> to the pages, and disposes of it after the
/// resources have stopped. Nothing else is needed.
/// </summary>
internal sealed class DashboardTelemetry : IAsyncDisposable
{
    private const string GrpcKey = "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL";
    private const string HttpKey = "ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL";
    private readonly OtlpReceiver receiver;

    private DashboardTelemetry(TelemetryStore store, OtlpReceiver receiver) => (Store, this.receiver) = (store, receiver);

    public TelemetryStore Store { get; }

    /// <summary>
    /// Opens <c>telemetry.db</c> in the data folder and listens on loopback. What configuration leaves out is chosen here and
    /// written back into it, so that projects are told: <c>ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL</c> (http://localhost:18889, or a
    /// free port when another has that one), <c>ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL</c> (18890, likewise) and
    /// <c>AppHost:OtlpApiKey</c> (<c>Dashboard:Otlp:PrimaryApiKey</c>, or a random one for this run).
    /// </summary>
    /// <exception cref="InvalidOperationException">An address given is not of loopback, or is taken; a limit is not a number. In French.</exception>
    public static async Task<DashboardTelemetry> StartAsync(
        IConfiguration configuration, string dataFolder, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var logger = loggers.CreateLogger("Dashboard");
        var (grpc, http) = (Port(configuration, GrpcKey), Port(configuration, HttpKey));
        var store = new TelemetryStore(Path.Combine(dataFolder, "telemetry.db"), TelemetryOptions.Of(configuration), TimeProvider.System, logger);
        try
        {
            var key = Key(configuration);
            var listening = await Listen(store, key, grpc, http, cancellation);
            configuration[GrpcKey] = Address(listening.Grpc);
            configuration[HttpKey] = Address(listening.Http);
            configuration["AppHost:OtlpApiKey"] = key;
            return new DashboardTelemetry(store, listening);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await receiver.DisposeAsync();
        await Store.DisposeAsync();
    }

    private static async Task<OtlpReceiver> Listen(TelemetryStore store, string key, int? grpc, int? http, CancellationToken cancellation)
    {
        try
        {
            return await OtlpReceiver.Start(store, key, grpc ?? 18889, http ?? 18890, cancellation);
        }
        catch (IOException) when (grpc is null && http is null)
        {
            // Another app host has the usual ports. Projects are told where to send: any port will do.
            return await OtlpReceiver.Start(store, key, 0, 0, cancellation);
        }
        catch (IOException taken)
        {
            throw new InvalidOperationException($"La télémétrie ne peut pas être reçue : {taken.Message}", taken);
        }
    }

    private static string Key(IConfiguration configuration) =>
        configuration["AppHost:OtlpApiKey"] is { Length: > 0 } given ? given
        : configuration["Dashboard:Otlp:PrimaryApiKey"] is { Length: > 0 } primary ? primary
        : RandomNumberGenerator.GetHexString(32, lowercase: true);

    private static int? Port(IConfiguration configuration, string key) => configuration[key] is not { Length: > 0 } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "http", IsLoopback: true } ? address.Port
        : throw new InvalidOperationException($"{key} : « {text} » n'est pas une adresse http de cette machine.");

    private static string Address(Uri address) => $"http://127.0.0.1:{address.Port}";
}
