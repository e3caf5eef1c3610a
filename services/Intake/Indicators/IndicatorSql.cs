namespace Intervision.Intake.Indicators;

/// <summary>
/// What is counted, a statement per table: code and count. Parameters: @all, @poles, @Pole (whose cases), @from, @until
/// (civil days in Paris, until exclusive), @today (nothing that is not due yet counts as not done).
/// </summary>
internal static class IndicatorSql
{
    private const string Mine = "(@all or c.pole = any (@poles)) and (@Pole = '' or c.pole = @Pole)";

    private const string Deposited = $"c.state <> 'Draft' and (c.submit_time at time zone 'Europe/Paris')::date between @from and @until - 1 and {Mine}";

    private const string Discussed = $"(i.discuss_time at time zone 'Europe/Paris')::date between @from and @until - 1 and {Mine}";

    /// <summary>Somebody who is in independent practice beside a salaried post counts as in independent practice.</summary>
    private const string Requesters =
        $"""
        select coalesce((
            select case min(case a.mode when 'L' then 1 when 'S' then 2 when 'B' then 3 end) when 1 then 'LIBERAL' when 2 then 'SALARIE' when 3 then 'BENEVOLE' end
            from professional_activity a
            where a.professional = c.requester
              and (a.from_date is null or a.from_date <= c.submit_time::date) and (a.until_date is null or a.until_date > c.submit_time::date)), 'INCONNU') as code,
          count(*)::int as count
        from cases c where {Deposited} group by 1 order by 1
        """;

    private const string Channels = $"select c.channel as code, count(*)::int as count from cases c where {Deposited} group by 1 order by 1";

    private const string Motives = $"select c.motives[1] as code, count(*)::int as count from cases c where {Deposited} group by 1 order by 1";

    private const string Discussions =
        $"""
        select case when i.rank = 1 then 'PREMIERE' else 'NOUVELLE' end as code, count(*)::int as count
        from intervision i join cases c on c.id = i.case_id where {Discussed} group by 1 order by 1
        """;

    private const string LastRestitution =
        """
        left join lateral (
          select r.done, r.restitution_date from restitution r where r.case_id = i.case_id and r.session = i.session order by r.no desc limit 1) r on true
        """;

    private const string Restitutions =
        $"""
        select case when r.done then 'FAITE' when r.done is null then 'EN_ATTENTE' else 'IMPOSSIBLE' end as code, count(*)::int as count
        from intervision i join cases c on c.id = i.case_id {LastRestitution}
        where {Discussed} group by 1 order by 1
        """;

    private const string Decisions =
        $"""
        select case when p.done_date is null then 'NON_REALISEE' when p.done_date <= d.due_date then 'REALISEE_A_TEMPS' else 'REALISEE_EN_RETARD' end as code,
          count(*)::int as count
        from decision d join cases c on c.id = d.case_id
        left join lateral (
          select p.done_date from decision_progress p
          where p.case_id = d.case_id and p.session = d.session and p.position = d.position order by p.no desc limit 1) p on true
        where d.due_date between @from and @until - 1 and d.due_date <= @today and {Mine} group by 1 order by 1
        """;

    /// <summary>Every table, in the order of the report.</summary>
    public static IReadOnlyList<(string Indicator, string Sql)> Tables { get; } =
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

    /// <summary>Every delay: median, p90 and of how many, with the cell that how many is.</summary>
    public static IReadOnlyList<(string Indicator, string Table, string Code, string Sql)> Delays { get; } =
    [
        ("request_to_session", "discussions", "PREMIERE", Delay(
            "(i.discuss_time at time zone 'Europe/Paris')::date - (c.submit_time at time zone 'Europe/Paris')::date", "i.rank = 1")),
        ("discussion_to_restitution", "restitutions", "FAITE", Delay(
            "r.restitution_date - (i.discuss_time at time zone 'Europe/Paris')::date", "r.done")),
    ];

    private static string Outcomes(string review, string date) =>
        $"""
        select case o.outcome when 'Improved' then 'AMELIOREE' when 'Stable' then 'STABLE' when 'Worse' then 'AGGRAVEE' when 'LostToFollowUp' then 'PERDU_DE_VUE'
            when 'Deceased' then 'DECEDE' when 'NotApplicable' then 'SANS_OBJET' else 'SANS_REPONSE' end as code, count(*)::int as count
        from follow_up f join cases c on c.id = f.case_id
        left join lateral (
          select o.outcome from outcome_review o
          where o.case_id = f.case_id and o.rank = f.rank and o.review = '{review}' order by o.no desc limit 1) o on true
        where {date} between @from and @until - 1 and {date} <= @today and {Mine} group by 1 order by 1
        """;

    private static string Delay(string days, string which) =>
        $"""
        select round((percentile_cont(0.5) within group (order by {days}))::numeric)::int as median_days,
          round((percentile_cont(0.9) within group (order by {days}))::numeric)::int as p90_days
        from intervision i join cases c on c.id = i.case_id {LastRestitution}
        where {which} and {Discussed}
        """;
}
