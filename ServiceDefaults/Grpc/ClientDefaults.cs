using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client.Configuration;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Intervision.ServiceDefaults.Grpc;

/// <summary>
/// What every internal call carries: a deadline (never later than the caller's own), the service's token, and
/// Development's clock override (DESIGN §6, §7.20).
/// </summary>
public sealed class ClientDefaults(ServiceToken token, IHttpContextAccessor http) : Interceptor
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(10);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var headers = context.Options.Headers ?? [];
        if (token.Now() is { Length: > 0 } shown)
        {
            headers.Add("authorization", $"Bearer {shown}");
        }

        if (http.HttpContext?.Request.Headers[CallClock.Header].ToString() is { Length: > 0 } now)
        {
            headers.Add(CallClock.Header, now);
        }

        var options = context.Options.WithHeaders(headers);
        if (options.Deadline is null)
        {
            options = options.WithDeadline(TimeProvider.System.GetUtcNow().UtcDateTime + DefaultDeadline);
        }

        return continuation(request, new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, options));
    }
}

public static class ClientDefaultsExtensions
{
    /// <summary>
    /// A client of another service of the suite, found by service discovery (<c>services:{name}:grpc:0</c>, <c>:1</c>, …).
    /// Calls are tried again on UNAVAILABLE only, which AIP-194 allows here: every mutating request carries a request_id.
    /// </summary>
    public static void AddServiceClient<TClient>(this WebApplicationBuilder builder, string service)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddHttpContextAccessor();
        builder.Services.TryAddSingleton<ServiceToken>();
        builder.Services.AddTransient<ClientDefaults>();
        builder.Services.TryAddTransient<LostConnections>();
        builder.Services
            .AddGrpcClient<TClient>((services, options) =>
            {
                options.Address = Balancing.Target(Addresses(services, service));
            })
            .ConfigureChannel((services, options) =>
            {
                options.ServiceConfig = new ServiceConfig { MethodConfigs = { RetryUnavailable() } };
                Balancing.ShareOut(options, Addresses(services, service));
            })
            .AddInterceptor<ClientDefaults>()
            .AddHttpMessageHandler<LostConnections>()
            // A verb's own deadline and cancellation reach the services it asks; consumers and jobs have neither.
            .EnableCallContextPropagation(options => options.SuppressContextNotFoundErrors = true);
    }

    private static string[] Addresses(IServiceProvider services, string service)
    {
        var found = services.GetRequiredService<IConfiguration>().GetSection($"services:{service}:grpc").GetChildren().Select(a => a.Value).OfType<string>().ToArray();
        return found.Length > 0 ? found : throw new InvalidOperationException($"services:{service}:grpc:0 is missing: where is {service}?");
    }

    private static MethodConfig RetryUnavailable() => new()
    {
        Names = { MethodName.Default },
        RetryPolicy = new RetryPolicy
        {
            MaxAttempts = 4,
            InitialBackoff = TimeSpan.FromMilliseconds(100),
            MaxBackoff = TimeSpan.FromSeconds(1),
            BackoffMultiplier = 2,
            RetryableStatusCodes = { StatusCode.Unavailable },
        },
    };
}
