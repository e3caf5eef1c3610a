using System.Reflection;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Intervision.ServiceDefaults.Security;
using Microsoft.AspNetCore.Authorization;

namespace Intervision.Tests.Support;

/// <summary>One cell: whether callers of a role may call an RPC, and within which bounds.</summary>
/// <param name="Within">Empty: without bounds.</param>
public sealed record Cell(string Rpc, string Role, bool Allowed, string Within);

/// <summary>RPC × role, read off the declarations of a service's own code: what the page in docs shows and what tests enumerate.</summary>
public sealed class AuthorisationTable(ServiceDescriptor service, Type implementation)
{
    private static readonly TimeSpan StaysOpen = TimeSpan.FromSeconds(2);

    /// <summary>A caller without a token.</summary>
    public const string Nobody = "(no token)";

    public static IReadOnlyList<string> AllRoles { get; } =
    [
        Roles.Coordinator, Roles.HostCoordinator, Roles.Referent, Roles.Professional, Roles.Cpts,
        Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor, Roles.Service, Nobody,
    ];

    public IEnumerable<Cell> Cells => service.Methods.Where(m => !Undeclared.Contains(m.Name)).SelectMany(m => AllRoles.Select(role => CellOf(m.Name, role)));

    /// <summary>RPCs that declare nothing: there must be none.</summary>
    public IEnumerable<string> Undeclared => service.Methods.Select(m => m.Name).Where(name =>
        Method(name) is not { } method
        || (!method.GetCustomAttributes<CalledByAttribute>().Any() && method.GetCustomAttribute<CalledByAnyoneAttribute>() is null));

    /// <summary>Calls the RPC with an empty request and gives back the status.</summary>
    public Task<StatusCode> CallEmpty(CallInvoker invoker, string rpc, Metadata headers) => Call(invoker, rpc, headers, []);

    /// <summary>A message of the RPC's request type with these fields.</summary>
    public IMessage Request(string rpc, params IEnumerable<(string Field, object Value)> fields)
    {
        var type = service.FindMethodByName(rpc).InputType;
        var request = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var (field, value) in fields)
        {
            type.FindFieldByName(field)?.Accessor.SetValue(request, value);
        }

        return request;
    }

    /// <summary>Calls the RPC and gives back the status; a stream that stays open counts as OK.</summary>
    public async Task<StatusCode> Call(CallInvoker invoker, string rpc, Metadata headers, byte[] request)
    {
        ArgumentNullException.ThrowIfNull(invoker);
        var bytes = Marshallers.Create(b => b, b => b);
        var method = new Method<byte[], byte[]>(MethodType.DuplexStreaming, service.FullName, rpc, bytes, bytes);
        var descriptor = service.FindMethodByName(rpc);
        DateTime? deadline = descriptor.IsServerStreaming ? TimeProvider.System.GetUtcNow().UtcDateTime + StaysOpen : null;
        using var call = invoker.AsyncDuplexStreamingCall(method, host: null, new CallOptions(headers, deadline));
        try
        {
            if (!descriptor.IsClientStreaming)
            {
                await call.RequestStream.WriteAsync(request);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The server may answer before all is sent; what, the response below says.
        }

        try
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
            }
        }
        catch (RpcException e)
        {
            return deadline is not null && e.StatusCode == StatusCode.DeadlineExceeded ? StatusCode.OK : e.StatusCode;
        }

        return StatusCode.OK;
    }

    /// <summary>The table as the page in docs shows it.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append("| RPC |").AppendJoin("|", AllRoles.Select(r => $" {r} ")).Append("|\n");
        text.Append('|').Insert(text.Length, "---|", AllRoles.Count + 1).Append('\n');
        foreach (var rpc in Cells.GroupBy(c => c.Rpc, StringComparer.Ordinal))
        {
            text.Append("| ").Append(rpc.Key).Append(" |").AppendJoin("|", rpc.Select(c => c switch
            {
                { Allowed: false } => " – ",
                { Within.Length: > 0 } => $" {c.Within} ",
                _ => " yes ",
            })).Append("|\n");
        }

        return text.ToString();
    }

    /// <summary>The whole page.</summary>
    public string ToPage(string title, string source) =>
        $"""
        # Who may call {title}

        Generated from the `[CalledBy]` declarations on the RPCs in {source}; a test enumerates every cell and compares this page (with `APPROVE=1` it rewrites it). `yes`: whatever the resource; a bound ({string.Join(", ", Cells.Select(c => c.Within).Where(w => w.Length > 0).Distinct().Order(StringComparer.Ordinal).Select(w => $"`{w}`"))}): within it, and beyond it `PERMISSION_DENIED` whether or not the thing exists, lists being narrowed to it; `–`: `PERMISSION_DENIED` before the request is looked at (`UNAUTHENTICATED` without a token).

        {ToMarkdown()}
        """.ReplaceLineEndings("\n");

    private Cell CellOf(string rpc, string role)
    {
        var method = Method(rpc)!;
        if (role == Nobody)
        {
            return new Cell(rpc, role, method.GetCustomAttribute<AllowAnonymousAttribute>() is not null, "");
        }

        if (method.GetCustomAttribute<CalledByAnyoneAttribute>() is not null)
        {
            return new Cell(rpc, role, Allowed: true, "");
        }

        var declared = method.GetCustomAttributes<CalledByAttribute>().FirstOrDefault(d => d.Roles.Contains(role));
        return new Cell(rpc, role, declared is not null, declared?.Within ?? "");
    }

    private MethodInfo? Method(string rpc) => implementation.GetMethod(rpc, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
}
