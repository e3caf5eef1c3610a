using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Reports.Ars;

/// <summary>One row of the ARS report, keys empty where they were not asked for.</summary>
internal sealed record Figures
{
    public string Month { get; init; } = "";

    public string Pole { get; init; } = "";

    public string ProfessionTable { get; init; } = "";

    public string ProfessionCode { get; init; } = "";

    public string Mode { get; init; } = "";

    public int Participations { get; init; }

    public long EngagedCents { get; init; }

    public long CalculatedCents { get; init; }

    public long ConsumedCents { get; init; }

    /// <summary>Committed and not with the bank yet. Only the envelope has a grant, so of a pôle or a profession nothing else remains.</summary>
    public long UnconsumedCents => checked(EngagedCents - ConsumedCents);

    public int Sessions { get; init; }

    public int DiscussedCases { get; init; }

    public FundingRow ToProto() => new()
    {
        Month = Month,
        Pole = Pole,
        ProfessionTable = ProfessionTable,
        ProfessionCode = ProfessionCode,
        Mode = Mode,
        Participations = Participations,
        Engaged = EngagedCents.ToMoney(),
        Calculated = CalculatedCents.ToMoney(),
        Consumed = ConsumedCents.ToMoney(),
        Unconsumed = UnconsumedCents.ToMoney(),
        Sessions = Sessions,
        DiscussedCases = DiscussedCases,
    };
}

/// <summary>A session and what it cost the envelope.</summary>
internal sealed class SessionCost
{
    public string Name { get; init; } = "";

    /// <summary>Certified, of the envelope's own year; else of an earlier one, which counts it and its cases.</summary>
    public bool IsOfYear { get; init; }

    public DateOnly SessionDate { get; init; }

    public string Pole { get; init; } = "";

    /// <summary>Null when the sheet did not say.</summary>
    public int? DiscussedCases { get; init; }

    public int Participations { get; init; }

    public long Cents { get; init; }
}

/// <summary>How the rows are cut.</summary>
internal sealed record Cut(bool ByMonth, bool ByPole, bool ByProfession, bool ByMode)
{
    /// <summary>A session belongs to a month and a pôle, not to one profession or mode.</summary>
    public bool CountsSessions => !ByProfession && !ByMode;

    public static Cut Whole { get; } = new(false, false, false, false);

    public static Cut Finest { get; } = new(true, true, true, true);
}

/// <summary>
/// Lines are read as they are now (<c>line_now</c>): 1 and 2 are reserved, 3 to 7 calculated, of which 5 and 6 consumed; 8,
/// cancelled, is nothing. What is counted is what the envelope's own counters count.
/// </summary>
internal static class FundingQueries
{
    /// <summary>
    /// A participation counts once, in the first year that paid it: what a later year takes back is still one of its own year, and
    /// what replaces it is none of the later one (ADR 0054).
    /// </summary>
    private const string Lines =
        """
        with taken_back as (
          select paid.id, paid.session, paid.professional, paid.fiscal_year
          from indemnity_line counter join indemnity_line paid on paid.id = counter.corrects and paid.fiscal_year < counter.fiscal_year
          where paid.programme = @Programme and paid.component = 1),
        line as (
          select l.*, component = 1 and state between 3 and 7 and (live or id in (select id from taken_back))
            and (session, professional) not in (select session, professional from taken_back where fiscal_year < @FiscalYear) as participates
          from line_now l where envelope = @Name and state <> 8)
        """;

    private const string Rows =
        $"""
        {Lines},
        keyed as (
          select case when @ByMonth then to_char(session_date, 'YYYY-MM') else '' end as month, case when @ByPole then pole else '' end as pole,
            case when @ByProfession then profession_table else '' end as profession_table,
            case when @ByProfession then profession_code else '' end as profession_code,
            case when not @ByMode then '' when by_video then 'VISIO' else 'PRESENTIEL' end as mode, state, participates, amount_cents
          from line),
        sums as (
          select month, pole, profession_table, profession_code, mode,
            count(*) filter (where participates) as participations,
            sum(amount_cents) as engaged_cents,
            coalesce(sum(amount_cents) filter (where state between 3 and 7), 0) as calculated_cents,
            coalesce(sum(amount_cents) filter (where state in (5, 6)), 0) as consumed_cents
          from keyed group by month, pole, profession_table, profession_code, mode),
        held as (
          select case when @ByMonth then to_char(session_date, 'YYYY-MM') else '' end as month, case when @ByPole then pole else '' end as pole,
            count(*) as sessions, coalesce(sum(discussed_cases), 0) as discussed_cases
          from session_fact
          where @CountsSessions and programme = @Programme and session_date between make_date(@FiscalYear, 1, 1) and make_date(@FiscalYear, 12, 31) and state = 3
          group by 1, 2),
        found as (
          select coalesce(s.month, h.month) as month, coalesce(s.pole, h.pole) as pole, coalesce(s.profession_table, '') as profession_table,
            coalesce(s.profession_code, '') as profession_code, coalesce(s.mode, '') as mode, coalesce(s.participations, 0)::int as participations,
            coalesce(s.engaged_cents, 0)::bigint as engaged_cents, coalesce(s.calculated_cents, 0)::bigint as calculated_cents,
            coalesce(s.consumed_cents, 0)::bigint as consumed_cents,
            coalesce(h.sessions, 0)::int as sessions, coalesce(h.discussed_cases, 0)::int as discussed_cases
          from sums s full join held h on h.month = s.month and h.pole = s.pole)
        select * from found
        """;

    private const string Ordered = """order by month, pole collate "C", profession_table collate "C", profession_code collate "C", mode""";

    /// <summary>Of each certified session of the year, those that cost nothing included, and of each that the envelope pays for an earlier year.</summary>
    private const string Sessions =
        $"""
        {Lines},
        cost as (
          select session, min(session_date) as session_date, min(pole) as pole, sum(amount_cents)::bigint as cents,
            count(*) filter (where participates)::int as participations
          from line where state between 3 and 7 group by session),
        fact as (
          select name, session_date, pole, discussed_cases,
            programme = @Programme and session_date between make_date(@FiscalYear, 1, 1) and make_date(@FiscalYear, 12, 31) and state = 3 as is_of_year
          from session_fact)
        select coalesce(f.name, c.session) as name, coalesce(f.session_date, c.session_date) as session_date, coalesce(f.pole, c.pole) as pole,
          coalesce(f.is_of_year, false) as is_of_year, f.discussed_cases * f.is_of_year::int as discussed_cases,
          coalesce(c.participations, 0) as participations, coalesce(c.cents, 0) as cents
        from fact f full join cost c on c.session = f.name
        where f.is_of_year or c.session is not null
        order by session_date, name
        """;

    public static IAsyncEnumerable<Figures> All(Tx tx, ReportedEnvelope envelope, Cut cut) =>
        tx.Stream<Figures>($"{Rows} {Ordered}", Parameters(envelope, cut));

    /// <summary>The whole year.</summary>
    public static async Task<Figures> Year(Tx tx, ReportedEnvelope envelope) =>
        await All(tx, envelope, Cut.Whole).SingleOrDefaultAsync() ?? new Figures();

    /// <summary>Each month, and what remains of the grant at its end.</summary>
    public static async IAsyncEnumerable<(Figures Month, long RemainingCents)> Months(Tx tx, ReportedEnvelope envelope)
    {
        var remaining = envelope.AmountCents;
        await foreach (var month in All(tx, envelope, Cut.Whole with { ByMonth = true }))
        {
            remaining = checked(remaining - month.EngagedCents);
            yield return (month, remaining);
        }
    }

    public static async Task<IReadOnlyList<Figures>> Page(Tx tx, ReportedEnvelope envelope, Cut cut, string[]? after, int limit)
    {
        var parameters = Parameters(envelope, cut);
        parameters.Add("after", after is not null);
        parameters.Add("limit", limit);
        foreach (var (i, key) in (after ?? ["", "", "", "", ""]).Index())
        {
            parameters.Add($"k{i}", key);
        }

        return await tx.Stream<Figures>(
            $"""
            {Rows}
            where not @after or (month, pole collate "C", profession_table collate "C", profession_code collate "C", mode) > (@k0, @k1, @k2, @k3, @k4)
            {Ordered} limit @limit
            """,
            parameters).ToListAsync();
    }

    public static IAsyncEnumerable<SessionCost> CostOfSessions(Tx tx, ReportedEnvelope envelope) =>
        tx.Stream<SessionCost>(Sessions, new { envelope.Name, envelope.Programme, envelope.FiscalYear });

    private static Dapper.DynamicParameters Parameters(ReportedEnvelope envelope, Cut cut) => new(new
    {
        envelope.Name,
        envelope.Programme,
        envelope.FiscalYear,
        cut.ByMonth,
        cut.ByPole,
        cut.ByProfession,
        cut.ByMode,
        cut.CountsSessions,
    });
}
