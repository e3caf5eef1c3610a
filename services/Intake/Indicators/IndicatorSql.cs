namespace Intervision.Intake.Indicators;

/// <summary>
/// What is counted: of each indicator the facts (case_id, pole, day, code), and how their numbers are read. Facts of cases
/// that were erased stand counted in <c>erased_count</c> (<see cref="ErasedCounts"/>), so that no report of the past changes.
/// Parameters: @all, @poles, @Pole (whose cases), @from, @until (civil days in Paris, until exclusive), @today (nothing that
/// is not due yet counts as not done).
/// </summary>
internal static class IndicatorSql
{
    /// <summary>
    /// Raised whenever the same cases could give other figures, here or in what is suppressed (<see cref="SmallCells"/>): a
    /// frozen report says by which version it was computed.
    /// </summary>
    public const string Version = "2026-1";

    private const string SubmitDay = "(c.submit_time at time zone 'Europe/Paris')::date";

    private const string DiscussDay = "(i.discuss_time at time zone 'Europe/Paris')::date";

    /// <summary>Somebody who is in independent practice beside a salaried post counts as in independent practice.</summary>
    private const string Requesters =
        $"""
        select c.id as case_id, c.pole, {SubmitDay} as day, coalesce((
            select case min(case a.mode when 'L' then 1 when 'S' then 2 when 'B' then 3 end) when 1 then 'LIBERAL' when 2 then 'SALARIE' when 3 then 'BENEVOLE' end
            from professional_activity a
            where a.professional = c.requester
              and (a.from_date is null or a.from_date <= c.submit_time::date) and (a.until_date is null or a.until_date > c.submit_time::date)), 'INCONNU') as code
        from cases c where c.state <> 'Draft'
        """;

    private const string Channels = $"select c.id as case_id, c.pole, {SubmitDay} as day, c.channel as code from cases c where c.state <> 'Draft'";

    private const string Motives = $"select c.id as case_id, c.pole, {SubmitDay} as day, c.motives[1] as code from cases c where c.state <> 'Draft'";

    private const string Discussions =
        $"""
        select i.case_id, c.pole, {DiscussDay} as day, case when i.rank = 1 then 'PREMIERE' else 'NOUVELLE' end as code
        from intervision i join cases c on c.id = i.case_id
        """;

    private const string LastRestitution =
        """
        left join lateral (
          select r.done, r.restitution_date from restitution r where r.case_id = i.case_id and r.session = i.session order by r.no desc limit 1) r on true
        """;

    private const string Restitutions =
        $"""
        select i.case_id, c.pole, {DiscussDay} as day, case when r.done then 'FAITE' when r.done is null then 'EN_ATTENTE' else 'IMPOSSIBLE' end as code
        from intervision i join cases c on c.id = i.case_id {LastRestitution}
        """;

    private const string Decisions =
        """
        select d.case_id, c.pole, d.due_date as day,
          case when p.done_date is null then 'NON_REALISEE' when p.done_date <= d.due_date then 'REALISEE_A_TEMPS' else 'REALISEE_EN_RETARD' end as code
        from decision d join cases c on c.id = d.case_id
        left join lateral (
          select p.done_date from decision_progress p
          where p.case_id = d.case_id and p.session = d.session and p.position = d.position order by p.no desc limit 1) p on true
        where d.due_date <= @today
        """;

    private static readonly string WaitedForSession = Days($"{DiscussDay} - {SubmitDay}", "i.rank = 1");

    private static readonly string WaitedForRestitution = Days($"r.restitution_date - {DiscussDay}", "r.done");

    /// <summary>The facts of every indicator, in the order of the report.</summary>
    private static IReadOnlyList<(string Indicator, string Facts)> Counted { get; } =
    [
        ("requests_by_requester", Requesters),
        ("requests_by_channel", Channels),
        ("requests_by_motive", Motives),
        ("discussions", Discussions),
        ("restitutions", Restitutions),
        ("decisions", Decisions),
        ("outcomes_three_months", Outcomes("ThreeMonths", "f.three_months_date")),
        ("outcomes_six_months", Outcomes("SixMonths", "f.six_months_date")),
    ];

    /// <summary>The facts of everything, for what is kept of an erased case; the code of a delay is its days.</summary>
    public static IReadOnlyList<(string Indicator, string Facts)> Facts { get; } =
        [.. Counted, ("request_to_session", WaitedForSession), ("discussion_to_restitution", WaitedForRestitution)];

    /// <summary>Every table, in the order of the report: code and count.</summary>
    public static IReadOnlyList<(string Indicator, string Sql)> Tables { get; } = [.. Counted.Select(c => (c.Indicator, Count(c.Indicator, c.Facts)))];

    /// <summary>The totals of every table, by pôle: code is the pôle, empty while triage has not settled it.</summary>
    public static IReadOnlyList<(string Indicator, string Sql)> ByPole { get; } = [.. Counted.Select(c => (c.Indicator, CountByPole(c.Indicator, c.Facts)))];

    /// <summary>Every delay: median, p90 and of how many, with the cell that how many is.</summary>
    public static IReadOnlyList<(string Indicator, string Table, string Code, string Sql)> Delays { get; } =
    [
        ("request_to_session", "discussions", "PREMIERE", Delay("request_to_session", WaitedForSession)),
        ("discussion_to_restitution", "restitutions", "FAITE", Delay("discussion_to_restitution", WaitedForRestitution)),
    ];

    private static string Outcomes(string review, string date) =>
        $"""
        select f.case_id, c.pole, {date} as day, case o.outcome when 'Improved' then 'AMELIOREE' when 'Stable' then 'STABLE' when 'Worse' then 'AGGRAVEE' when 'LostToFollowUp' then 'PERDU_DE_VUE'
            when 'Deceased' then 'DECEDE' when 'NotApplicable' then 'SANS_OBJET' else 'SANS_REPONSE' end as code
        from follow_up f join cases c on c.id = f.case_id
        left join lateral (
          select o.outcome from outcome_review o
          where o.case_id = f.case_id and o.rank = f.rank and o.review = '{review}' order by o.no desc limit 1) o on true
        where {date} <= @today
        """;

    private static string Days(string days, string which) =>
        $"select i.case_id, c.pole, {DiscussDay} as day, ({days})::text as code from intervision i join cases c on c.id = i.case_id {LastRestitution} where {which}";

    /// <summary>Those of the living cases and those kept of erased ones, of the period and the pôles asked for: code and number.</summary>
    private static string InPeriod(string indicator, string facts) =>
        $"""
        select f.pole, f.code, 1::bigint as number from ({facts}) f
        where f.day between @from and @until - 1 and (@all or f.pole = any (@poles)) and (@Pole = '' or f.pole = @Pole)
        union all
        select e.pole, e.code, e.number from erased_count e
        where e.indicator = '{indicator}' and e.quarter between @from and @until - 1 and (@all or e.pole = any (@poles)) and (@Pole = '' or e.pole = @Pole)
        """;

    private static string Count(string indicator, string facts) =>
        $"select n.code, sum(n.number)::int as count from ({InPeriod(indicator, facts)}) n group by n.code order by n.code";

    private static string CountByPole(string indicator, string facts) =>
        $"select coalesce(n.pole, '') as code, sum(n.number)::int as count from ({InPeriod(indicator, facts)}) n group by 1 order by 1";

    private static string Delay(string indicator, string facts) =>
        $"""
        select round((percentile_cont(0.5) within group (order by n.code::int))::numeric)::int as median_days,
          round((percentile_cont(0.9) within group (order by n.code::int))::numeric)::int as p90_days
        from ({InPeriod(indicator, facts)}) n cross join generate_series(1, n.number)
        """;
}
