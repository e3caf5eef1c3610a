using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>SQL of reading pôles.</summary>
internal static class PoleStore
{
    private const string Columns =
        """
        code, display_name, programme, seat_commune, area, rhythm, weekday, start_time, duration_minutes, modality, referent, host,
        coordinator_email, active_from_date, state, version
        """;

    public static Task<PoleRow?> Find(Tx tx, string code) =>
        tx.SingleOrDefault<PoleRow>($"select {Columns} from pole where code = @code", new { code });

    public static Task<IReadOnlyList<string>> Communes(Tx tx, string code) =>
        tx.Query<string>("select commune from pole_commune where pole = @code order by commune", new { code });

    /// <param name="programme">Only of this programme; null for all.</param>
    public static Task<IReadOnlyList<PoleRow>> Page(Tx tx, string? after, int limit, string? programme) =>
        tx.Query<PoleRow>(
            $"""
            select {Columns} from pole
            where (@after::text is null or code > @after) and (@programme::text is null or programme = @programme)
            order by code limit @limit
            """,
            new { after, limit, programme });
}

/// <summary>A pôle as read.</summary>
internal sealed class PoleRow
{
    public string Code { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public string Programme { get; init; } = "";

    public string SeatCommune { get; init; } = "";

    public string Area { get; init; } = "";

    public int Rhythm { get; init; }

    public int Weekday { get; init; }

    public TimeOnly StartTime { get; init; }

    public int DurationMinutes { get; init; }

    public int Modality { get; init; }

    public string? Referent { get; init; }

    public string? Host { get; init; }

    public string? CoordinatorEmail { get; init; }

    public DateOnly ActiveFromDate { get; init; }

    public int State { get; init; }

    public long Version { get; init; }

    public Pole ToProto(IEnumerable<string> communes) => new()
    {
        Name = Names.Poles + Code,
        DisplayName = DisplayName,
        Programme = Names.Programmes + Programme,
        SeatCommune = SeatCommune,
        Area = Area,
        Rhythm = (Rhythm)Rhythm,
        Weekday = (Weekday)Weekday,
        StartTime = StartTime.ToProto(),
        DurationMinutes = DurationMinutes,
        Modality = (Modality)Modality,
        Referent = Names.Of(Names.Professionals, Referent),
        Host = Names.Of(Names.Organisations, Host),
        CoordinatorEmail = CoordinatorEmail ?? "",
        ActiveFromDate = ActiveFromDate.ToProto(),
        Communes = { communes },
        State = (Pole.Types.State)State,
        Etag = Etag.Of(Version),
    };
}
