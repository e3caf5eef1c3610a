namespace Intervision.Intake.Indicators;

/// <summary>
/// What is kept of a case for the indicators when it is erased: one more in each number it was counted in, by quarter and
/// pôle. No row stands for a case, and no number of one indicator can be joined to one of another.
/// </summary>
internal static class ErasedCounts
{
    /// <summary>Parameters: @Id, @today. Rows are taken in the order of the key, so that two erasures at once do not lock each other out.</summary>
    public static readonly string Keep =
        $"""
        insert into erased_count as e (indicator, pole, quarter, code, number)
        select f.indicator, coalesce(f.pole, ''), date_trunc('quarter', f.day)::date, f.code, count(*)
        from ({string.Join("\nunion all\n", IndicatorSql.Facts.Select(f => $"select '{f.Indicator}' as indicator, f.* from ({f.Facts}) f where f.case_id = @Id"))}) f
        group by 1, 2, 3, 4
        order by 1, 3, 2, 4
        on conflict (indicator, quarter, pole, code) do update set number = e.number + excluded.number
        """;
}
