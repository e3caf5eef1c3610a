using System.Reflection;
using Google.Protobuf;
using Grpc.Core;
using Intervision.ServiceDefaults.Security;
using Xunit;

namespace Intervision.Tests.Support;

/// <summary>Requests within the bounds of a role, and beyond them: of something that exists, does not, and cannot.</summary>
public sealed record Bounded(IReadOnlyList<IMessage> Inside, IReadOnlyList<IMessage> Outside);

/// <summary>
/// Every RPC by every role, as the service's own code declares it: who may not learns nothing, not even what exists; who
/// may within bounds is let in on this side of them and not beyond. The page in docs is generated from the same.
/// </summary>
/// <param name="title">Of the page: the service as in <c>docs/authorisation-{title}.md</c>, capitalised.</param>
/// <param name="source">Where the declarations stand.</param>
public abstract class AuthorisationCompliance(AuthorisationTable table, string title, string source)
{
    private static readonly StatusCode[] NotLetIn =
        [StatusCode.PermissionDenied, StatusCode.Unauthenticated, StatusCode.Unimplemented, StatusCode.Internal, StatusCode.Unknown];

    protected AuthorisationTable Table => table;

    protected abstract CallInvoker Invoker { get; }

    /// <summary>Headers of somebody with this one role.</summary>
    protected abstract Metadata HeadersOf(string role);

    protected abstract Bounded BoundsOf(Cell cell);

    /// <summary>A request of something that exists, for a service where absent looks like forbidden to everybody.</summary>
    protected virtual IMessage Usual(string rpc) => table.Request(rpc);

    [Fact]
    public void Every_rpc_says_who_may_call_it() => Assert.Empty(table.Undeclared);

    [Fact]
    public async Task Who_may_not_is_refused_before_the_request_is_looked_at() => Assert.Empty(await Wrong(
        c => !c.Allowed, async c => [await table.CallEmpty(Invoker, c.Rpc, HeadersOf(c.Role))], (c, status) => status == Refusal(c.Role)));

    [Fact]
    public async Task Who_may_is_let_in() => Assert.Empty(await Wrong(
        c => c is { Allowed: true, Within: "" },
        c => Answers(c, [Usual(c.Rpc)]),
        (_, status) => !NotLetIn.Contains(status)));

    [Fact]
    public async Task Who_may_within_bounds_is_let_in_there() => Assert.Empty(await Wrong(
        c => c.Within.Length > 0, c => Answers(c, BoundsOf(c).Inside), (_, status) => !NotLetIn.Contains(status)));

    [Fact]
    public async Task Who_may_within_bounds_is_refused_beyond_them() => Assert.Empty(await Wrong(
        c => c.Within.Length > 0, c => Answers(c, BoundsOf(c).Outside), (c, status) => status == Refusal(c.Role)));

    [Fact]
    public void The_page_shows_what_the_code_declares()
    {
        var root = GetType().Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;
        var file = Path.Combine(root, "docs", $"authorisation-{title.ToLowerInvariant()}.md");
        var expected = table.ToPage(title, source);
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            File.WriteAllText(file, expected);
        }

        Assert.Equal(expected, File.ReadAllText(file).ReplaceLineEndings("\n"));
    }

    private async Task<IReadOnlyList<string>> Wrong(Func<Cell, bool> which, Func<Cell, Task<IEnumerable<StatusCode>>> call, Func<Cell, StatusCode, bool> right)
    {
        var wrong = new List<string>();
        foreach (var cell in table.Cells.Where(which))
        {
            wrong.AddRange((await call(cell)).Where(status => !right(cell, status)).Select(status => $"{cell.Rpc} by {cell.Role}: {status}"));
        }

        return wrong;
    }

    private async Task<IEnumerable<StatusCode>> Answers(Cell cell, IEnumerable<IMessage> requests)
    {
        var answers = new List<StatusCode>();
        foreach (var request in requests)
        {
            answers.Add(await table.Call(Invoker, cell.Rpc, HeadersOf(cell.Role), request.ToByteArray()));
        }

        return answers;
    }

    private static StatusCode Refusal(string role) => role == AuthorisationTable.Nobody ? StatusCode.Unauthenticated : StatusCode.PermissionDenied;
}
