using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Indicators;

/// <summary>A report as it was shown on a day, and its SQL: rows are added and read, nothing else.</summary>
internal sealed record FrozenReport
{
    /// <summary>Of names.</summary>
    public const string Prefix = "frozenIndicators/";

    private const string Columns = "id, year, pole, no, formula_version, freezer, freeze_time, shown";

    public Guid Id { get; init; }

    public int Year { get; init; }

    /// <summary>Empty for the region.</summary>
    public string Pole { get; init; } = "";

    /// <summary>Given by <see cref="Append"/>.</summary>
    public int No { get; init; }

    public string FormulaVersion { get; init; } = "";

    public string Freezer { get; init; } = "";

    public DateTimeOffset FreezeTime { get; init; }

    /// <summary>The response of ReportIndicators, byte for byte: what it kept back is not in it.</summary>
    public byte[] Shown { get; init; } = [];

    public DateOnly From => new(Year, 1, 1);

    public DateOnly Until => From.AddYears(1);

    public ReportIndicatorsResponse Report => ReportIndicatorsResponse.Parser.ParseFrom(Shown);

    /// <summary>Whoever may ask for the report may read how it was.</summary>
    public bool IsReadBy(Caller caller) =>
        caller.HasAny(Roles.Coordinator, Roles.Auditor) || (caller.Has(Roles.Referent) && caller.Poles.Contains(Pole));

    public FrozenIndicators View() => new()
    {
        Name = Prefix + Id,
        Year = Year,
        Pole = Pole,
        Number = No,
        FormulaVersion = FormulaVersion,
        Freezer = Freezer,
        FreezeTime = FreezeTime.ToProto(),
    };

    /// <summary>One at a time of the same year and pôle, under the next number.</summary>
    public async Task<FrozenReport> Append(Tx tx)
    {
        await tx.Execute("select pg_advisory_xact_lock(hashtextextended(@turn, 0))", new { turn = $"{Prefix}{Pole}/{Year}" });
        var no = await tx.Single<int>(
            """
            insert into frozen_report (id, year, pole, no, formula_version, freezer, freeze_time, shown)
            select @Id, @Year, @Pole, coalesce(max(no), 0) + 1, @FormulaVersion, @Freezer, @FreezeTime, @Shown
            from frozen_report where year = @Year and pole = @Pole
            returning no
            """,
            new { Id, Year, Pole, FormulaVersion, Freezer, FreezeTime, Shown });
        return this with { No = no };
    }

    /// <summary>Null when there is none of this name.</summary>
    public static async Task<FrozenReport?> Find(Tx tx, string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && Guid.TryParseExact(name[Prefix.Length..], "D", out var id)
            ? await tx.SingleOrDefault<FrozenReport>($"select {Columns} from frozen_report where id = @id", new { id })
            : null;

    /// <summary>Those the caller may read, the last frozen first; <see cref="IsReadBy"/> as a set.</summary>
    /// <param name="year">0 for all.</param>
    public static Task<IReadOnlyList<FrozenReport>> Before(Tx tx, Caller caller, int year, DateTimeOffset time, Guid id, int limit) =>
        tx.Query<FrozenReport>(
            $"""
            select {Columns} from frozen_report
            where (@all or pole = any (@poles)) and (@year = 0 or year = @year) and (freeze_time, id) < (@time, @id)
            order by freeze_time desc, id desc
            limit @limit
            """,
            new
            {
                all = caller.HasAny(Roles.Coordinator, Roles.Auditor),
                poles = caller.Has(Roles.Referent) ? caller.Poles.ToArray() : [],
                year,
                time,
                id,
                limit,
            });
}
