using Google.Protobuf;
using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Ledger;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Indemnisation.Lines;

/// <summary>Ordonnancement: CALCULATED → APPROVED, all or none. The entry in the ledger is the approval.</summary>
public sealed class ApproveLines(Db db)
{
    private const int MaximumLines = 1000;

    public Task<ApproveLinesResponse> Handle(ApproveLinesRequest request, Call call)
    {
        var ids = Read(request);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await References.Read(tx);
            var lines = await LineStore.Lock(tx, [.. ids.Values]);
            if (ids.FirstOrDefault(id => lines.All(l => l.Id != id.Value)).Key is { } unknown)
            {
                throw RuleBroken.NotFound(unknown);
            }

            var certifiers = await Certifiers.Of(tx, lines.Select(l => l.Session));
            var changes = Decide(lines, certifiers, await DirectoryStore.NamesOf(tx, call.Caller), call.Caller, call.Now);
            await Journal.BookApproved(tx, [.. ids.Values], call.Caller.Subject, call.Now);
            await Said.Append(tx, changes, call.Now);
            return new ApproveLinesResponse
            {
                ApprovedLines = changes.Count,
                Total = changes.Aggregate(0L, (sum, c) => checked(sum + c.After.AmountCents)).ToMoney(),
            };
        });
    }

    /// <param name="certifiers">By session.</param>
    /// <param name="names">All names of the caller.</param>
    internal static IReadOnlyList<Change> Decide(
        IReadOnlyList<Line> lines, ILookup<string, string> certifiers, IReadOnlyCollection<string> names, Caller caller, DateTimeOffset now)
    {
        if (lines.Any(l => caller.Is(l.Professional, l.Rpps) || certifiers[l.Session].Append(l.Professional).Any(names.Contains)))
        {
            throw RuleBroken.Denied();
        }

        if (lines.FirstOrDefault(l => l.State != LineState.Calculated) is { } other)
        {
            throw RuleBroken.NotNow(
                "LINE_NOT_CALCULATED", "Une ligne n'est pas à l'état liquidée : rien n'est validé.", subject: other.Name,
                facts: [("name", other.Name), ("state", other.State.ToString())]);
        }

        foreach (var line in lines)
        {
            Etag.MustNotPrecede(now, line.ChangeTime, line.Name);
        }

        return [.. lines.Select(l =>
        {
            var approved = l with { State = LineState.Approved, Approver = caller.Subject, ChangeTime = now };
            return new Change(l, approved, [() => new IndemnityApproved { Indemnity = approved.Facts() }]);
        })];
    }

    private static Dictionary<string, Guid> Read(ApproveLinesRequest request)
    {
        var violations = new Violations();
        violations.Check(request.Names.Count is > 0 and <= MaximumLines, "names", "NAMES_COUNT_INVALID", $"De 1 à {MaximumLines} lignes à la fois.");
        var ids = new Dictionary<string, Guid>(StringComparer.Ordinal);
        for (var i = 0; i < request.Names.Count; i++)
        {
            if (violations.Check(ResourceNames.TryUuid(request.Names[i], "indemnities", out var id), $"names[{i}]", "NAME_INVALID", "Le nom doit être de la forme indemnities/{id}."))
            {
                ids[request.Names[i]] = id!.Value;
            }
        }

        violations.ThrowIfAny();
        return ids;
    }
}
