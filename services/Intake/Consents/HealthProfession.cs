namespace Intervision.Intake.Consents;

/// <summary>An activity of somebody in a profession of TRE_G15 (DOMAIN §3), as the directory knows it.</summary>
internal sealed class HealthProfession
{
    /// <summary>Of everybody named, or of that RPPS.</summary>
    public const string Sql =
        """
        select p.name as professional, p.rpps, a.profession_code as code, a.from_date, a.until_date
        from professional p join professional_activity a on a.professional = p.name
        where (p.name = any (@attesters) or p.rpps = any (@attestersRpps)) and a.profession_table = 'TRE_G15'
        """;

    public string Professional { get; init; } = "";

    public string? Rpps { get; init; }

    public string Code { get; init; } = "";

    public DateOnly? FromDate { get; init; }

    /// <summary>The first day on which it is over.</summary>
    public DateOnly? UntilDate { get; init; }

    public bool IsExercised(DateOnly on) => (FromDate is null || FromDate <= on) && (UntilDate is null || UntilDate > on);
}
