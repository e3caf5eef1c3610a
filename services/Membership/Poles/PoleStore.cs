using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>SQL of reading pôles.</summary>
internal static class PoleStore
{
    private const string Columns =
        """
        code, display_name, programme, seat_commune, area, rhythm, weekday, start_time, duration_minutes, modality, host, carrier,
        coordinator_email, coordinator_kind, active_from_date, state, version
        """;

    /// <summary>Null when there is none; else nobody changes the pôle until this transaction ends.</summary>
    public static Task<Locked?> Lock(Tx tx, string code) =>
        tx.SingleOrDefault<Locked>("select version, update_time from pole where code = @code for update", new { code });

    public static Task<int> Touch(Tx tx, string code, DateTimeOffset now) =>
        tx.Execute("update pole set version = version + 1, update_time = @now where code = @code", new { code, now });

    /// <summary>Full states, by code.</summary>
    public static async Task<IReadOnlyList<Pole>> States(Tx tx, string[] codes, DateOnly today)
    {
        var rows = await tx.Query<PoleRow>($"select {Columns} from pole where code = any(@codes) order by code", new { codes });
        var territories = (await tx.Query<(string Pole, string Commune)>(
            "select pole, commune from pole_commune where pole = any(@codes) order by pole, commune", new { codes }))
            .ToLookup(t => t.Pole, t => t.Commune, StringComparer.Ordinal);
        var poles = await Complete(tx, rows, today);
        foreach (var pole in poles)
        {
            pole.Communes.Add(territories[pole.Name[Names.Poles.Length..]]);
        }

        return poles;
    }

    /// <summary>The rows with their référents and hosts; without territory, which lists leave out.</summary>
    public static async Task<IReadOnlyList<Pole>> Complete(Tx tx, IReadOnlyList<PoleRow> rows, DateOnly today)
    {
        var codes = rows.Select(r => r.Code).ToArray();
        var terms = (await Terms(tx, codes)).ToLookup(t => t.Pole, StringComparer.Ordinal);
        var hosts = (await tx.Query<(string Pole, string Organisation)>(
            "select pole, organisation from pole_host where pole = any(@codes) order by pole, organisation", new { codes }))
            .ToLookup(h => h.Pole, h => h.Organisation, StringComparer.Ordinal);
        return [.. rows.Select(r => r.ToProto(terms[r.Code], hosts[r.Code], today))];
    }

    /// <summary>Référents of these pôles, by pôle and first day.</summary>
    public static Task<IReadOnlyList<TermRow>> Terms(Tx tx, string[] codes) =>
        tx.Query<TermRow>(
            "select term_id, pole, professional, from_date, until_date from referent_term where pole = any(@codes) order by pole, from_date", new { codes });

    /// <summary>Whether its territory and that of the CPTS have a commune in common.</summary>
    public static Task<bool> Touches(Tx tx, string code, string cpts) =>
        tx.Single<bool>($"select exists (select from pole p where code = @code and {CptsBounds.Pole})", new { code, cpts });

    /// <param name="programme">Only of this programme; null for all.</param>
    /// <param name="cpts">Only those within its territory; null for all.</param>
    public static Task<IReadOnlyList<PoleRow>> Page(Tx tx, string? after, int limit, string? programme, string? cpts) =>
        tx.Query<PoleRow>(
            $"""
            select {Columns} from pole p
            where (@after::text is null or code > @after) and (@programme::text is null or programme = @programme) and {CptsBounds.Pole}
            order by code limit @limit
            """,
            new { after, limit, programme, cpts });
}

/// <summary>A pôle as read.</summary>
internal sealed class PoleRow
{
    public string Code { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public string Programme { get; init; } = "";

    public string SeatCommune { get; init; } = "";

    public string Area { get; init; } = "";

    public int? Rhythm { get; init; }

    public int? Weekday { get; init; }

    public TimeOnly? StartTime { get; init; }

    public int DurationMinutes { get; init; }

    public int Modality { get; init; }

    public string? Host { get; init; }

    public string? Carrier { get; init; }

    public string? CoordinatorEmail { get; init; }

    public int CoordinatorKind { get; init; }

    public DateOnly? ActiveFromDate { get; init; }

    public int State { get; init; }

    public long Version { get; init; }

    public Pole ToProto(IEnumerable<TermRow> terms, IEnumerable<string> otherHosts, DateOnly today)
    {
        var referents = terms.ToList();
        return new()
        {
            Name = Names.Poles + Code,
            DisplayName = DisplayName,
            Programme = Names.Programmes + Programme,
            SeatCommune = SeatCommune,
            Area = Area,
            Rhythm = (Rhythm)(Rhythm ?? 0),
            Weekday = (Weekday)(Weekday ?? 0),
            StartTime = StartTime?.ToProto(),
            DurationMinutes = DurationMinutes,
            Modality = (Modality)Modality,
            Referent = Names.Of(Names.Professionals, referents.Find(t => t.IsOn(today))?.Professional),
            Referents = { referents.Select(t => t.ToProto()) },
            Host = Names.Of(Names.Organisations, Host),
            OtherHosts = { otherHosts.Select(h => Names.Organisations + h) },
            Carrier = Names.Of(Names.Organisations, Carrier),
            CoordinatorEmail = CoordinatorEmail ?? "",
            CoordinatorKind = (CoordinatorKind)CoordinatorKind,
            ActiveFromDate = ActiveFromDate?.ToProto(),
            State = (Pole.Types.State)State,
            Etag = Etag.Of(Version),
        };
    }
}

/// <summary>A référent's time in office, as read.</summary>
internal sealed class TermRow
{
    public Guid TermId { get; init; }

    public string Pole { get; init; } = "";

    public string Professional { get; init; } = "";

    public DateOnly FromDate { get; init; }

    /// <summary>Exclusive.</summary>
    public DateOnly? UntilDate { get; init; }

    public string Name => $"{Names.Poles}{Pole}/referents/{TermId}";

    public bool IsOn(DateOnly day) => Period.Holds(FromDate, UntilDate, day);

    public ReferentTerm ToProto() => new()
    {
        Name = Name, Professional = Names.Professionals + Professional, FromDate = FromDate.ToProto(), UntilDate = UntilDate?.ToProto(),
    };
}
