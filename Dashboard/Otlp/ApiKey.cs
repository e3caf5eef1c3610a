using System.Security.Cryptography;
using System.Text;
using Intervision.Dashboard.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Otlp;

/// <summary>Header <c>x-otlp-api-key</c>, looked at before anything of a request is read.</summary>
internal sealed class ApiKey(string key, Drops drops)
{
    public const string Header = "x-otlp-api-key";
    private readonly byte[] expected = SHA256.HashData(Encoding.UTF8.GetBytes(key));

    public Task Check(HttpContext context, RequestDelegate next)
    {
        var given = context.Request.Headers[Header];
        // Hashes are of one length: the time it takes says nothing, not even how long the key is.
        if (given.Count == 1 && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given[0]!)), expected))
        {
            return next(context);
        }

        drops.Add("requests", Drops.Unauthenticated);
        if (IsGrpc(context.Request))
        {
            // gRPC's status goes in headers when there is nothing else to say.
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "16";
            context.Response.Headers["grpc-message"] = "x-otlp-api-key is missing or wrong";
            return Task.CompletedTask;
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    public static bool IsGrpc(HttpRequest request) => request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
}
