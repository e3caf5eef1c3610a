using System.Diagnostics;
using System.Globalization;
using OpenTelemetry;

namespace Intervision.ServiceDefaults.Telemetry;

/// <summary>Turns the <c>grpc.*</c> tags of the gRPC library into the conventional ones, and the name into <c>pkg.Service/Method</c>.</summary>
internal sealed class RpcTags : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data.GetTagItem("grpc.method") is not string method || method.TrimStart('/').Split('/') is not [var service, var name])
        {
            return;
        }

        data.DisplayName = $"{service}/{name}";
        data.SetTag("rpc.system", "grpc").SetTag("rpc.service", service).SetTag("rpc.method", name).SetTag("grpc.method", value: null);
        if (int.TryParse(data.GetTagItem("grpc.status_code") as string, CultureInfo.InvariantCulture, out var code))
        {
            data.SetTag("rpc.grpc.status_code", code).SetTag("grpc.status_code", value: null);
            if (IsFailure(code, data.Kind))
            {
                data.SetStatus(ActivityStatusCode.Error);
            }
        }
    }

    /// <summary>To a client anything but OK; to a server only what is the server's fault.</summary>
    private static bool IsFailure(int code, ActivityKind kind) => kind == ActivityKind.Client
        ? code != 0
        : code is 2 or 4 or 12 or 13 or 14 or 15;
}
