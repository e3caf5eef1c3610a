using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Links;

/// <summary>How many structures met, and how many for the first time: what the coordination itself is judged by.</summary>
internal sealed class CountLinks(Db db)
{
    public async Task<CountLinksResponse> Handle(CountLinksRequest request, Call call)
    {
        // Who is both sees what the coordinator sees.
        var exact = call.Caller.Has(Roles.Coordinator);
        var (from, to) = Validate(request, exact, call.Now);
        var rows = await db.Read(
            tx => tx.Query<LinkRow>(
                """
                with first as (select one, other, min(month) as month from structure_link where programme = @Programme group by one, other),
                met as (select distinct pole, one, other from structure_link where programme = @Programme and month between @from and @to)
                select m.pole, count(*)::int as pairs, count(*) filter (where f.month >= @from)::int as new_pairs
                from met m join first f using (one, other) group by m.pole
                union all
                select '', count(*)::int, count(*) filter (where f.month >= @from)::int
                from (select distinct one, other from met) m join first f using (one, other)
                order by 1
                """,
                new { request.Programme, from, to }),
            call.Cancellation);
        var (total, poles) = (rows.First(r => r.Pole.Length == 0), rows.Where(r => r.Pole.Length > 0).ToList());
        var shown = exact ? poles.ConvertAll(r => new LinksShown(r.Pairs, r.NewPairs)) : SmallLinks.Of(poles);
        var whole = exact ? new LinksShown(total.Pairs, total.NewPairs) : SmallLinks.Of([total])[0];
        return new CountLinksResponse
        {
            Total = ToProto("", whole),
            Poles = { poles.Zip(shown, (r, s) => ToProto(r.Pole, s)) },
        };
    }

    private static LinkCount ToProto(string pole, LinksShown shown)
    {
        var count = new LinkCount { Pole = pole };
        if (shown.Pairs is { } pairs)
        {
            count.Pairs = pairs;
        }

        if (shown.NewPairs is { } fresh)
        {
            count.NewPairs = fresh;
        }

        return count;
    }

    /// <summary>An auditor's periods are calendar years that are over: overlapping ones subtract (ADR 17).</summary>
    private static (DateOnly From, DateOnly To) Validate(CountLinksRequest request, bool exact, DateTimeOffset now)
    {
        var (from, to) = (request.FromMonth.ToDate(), request.ToMonth.ToDate());
        var broken = new Violations();
        broken.Check(request.Programme.StartsWith("programmes/", StringComparison.Ordinal), "programme", "PROGRAMME_INVALID", "Le nom du programme est attendu : programmes/….");
        var dates = broken.Check(from is { Day: 1 } && to is { Day: 1 } && from <= to, "from_month", "PERIOD_INVALID", "La période va d'un premier jour de mois à un autre.");
        broken.Check(
            exact || !dates || (from!.Value.Month == 1 && to == from.Value.AddMonths(11) && to.Value.AddMonths(1) <= Paris.DateOf(now)),
            "from_month", "WHOLE_YEAR_ONLY", "Une année civile entière et terminée.");
        broken.ThrowIfAny();
        return (from!.Value, to!.Value);
    }
}

internal sealed class LinkRow
{
    public string Pole { get; init; } = "";

    public int Pairs { get; init; }

    public int NewPairs { get; init; }
}

/// <summary>Null: kept back.</summary>
internal sealed record LinksShown(int? Pairs, int? NewPairs);

/// <summary>
/// Keeps few structures from being read or computed (DOMAIN §8): a number from 1 to 4 is not shown, nor a difference of
/// that size, nor what the region's sum would tell by subtraction.
/// </summary>
internal static class SmallLinks
{
    private const int Threshold = 5;

    public static IReadOnlyList<LinksShown> Of(IReadOnlyList<LinkRow> rows)
    {
        var pairs = Hide([.. rows.Select(r => r.Pairs)], []);
        // Known ones are all those that are not new: few of them tell as much as few new ones.
        var few = rows.Select((r, i) => pairs.Contains(i) || IsSmall(r.NewPairs) || IsSmall(r.Pairs - r.NewPairs) ? i : -1).Where(i => i >= 0);
        var fresh = Hide([.. rows.Select(r => r.NewPairs)], [.. few]);
        return [.. rows.Select((r, i) => new LinksShown(pairs.Contains(i) ? null : r.Pairs, fresh.Contains(i) ? null : r.NewPairs))];
    }

    private static bool IsSmall(int count) => count is > 0 and < Threshold;

    /// <summary>Which of the cells are kept back: the small ones, and the next smallest until at least two are, and five together.</summary>
    private static HashSet<int> Hide(IReadOnlyList<int> cells, HashSet<int> already)
    {
        var hidden = cells.Select((c, i) => (c, i)).Where(p => IsSmall(p.c)).Select(p => p.i).Concat(already).ToHashSet();
        foreach (var next in Enumerable.Range(0, cells.Count).Where(i => !hidden.Contains(i)).OrderBy(i => cells[i]).ToList())
        {
            if (hidden.Count == 0 || (hidden.Count >= 2 && hidden.Sum(i => cells[i]) >= Threshold))
            {
                break;
            }

            hidden.Add(next);
        }

        return hidden;
    }
}
