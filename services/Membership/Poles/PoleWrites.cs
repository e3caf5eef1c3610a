using Dapper;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>SQL of writing what pôles say of themselves; référents have their own (<see cref="ReferentStore"/>).</summary>
internal static class PoleWrites
{
    /// <summary>A new pôle as a draft.</summary>
    /// <returns>False when its code is taken.</returns>
    public static async Task<bool> Create(Tx tx, Pole pole, DateTimeOffset now)
    {
        var columns = new DynamicParameters(new PoleColumns(pole));
        columns.Add("now", now);
        var created = await tx.Execute(
            """
            insert into pole (
              code, display_name, programme, seat_commune, area, rhythm, weekday, start_time, duration_minutes, modality, host, carrier,
              coordinator_email, coordinator_kind, active_from_date, state, version, update_time)
            values (
              @Code, @DisplayName, @Programme, @SeatCommune, @Area, @Rhythm, @Weekday, @StartTime, @DurationMinutes, @Modality, @Host, @Carrier,
              @CoordinatorEmail, @CoordinatorKind, @ActiveFromDate, 1, 1, @now)
            on conflict (code) do nothing
            """,
            columns);
        if (created == 1)
        {
            await SaveLists(tx, [pole]);
        }

        return created == 1;
    }

    /// <summary>All that may change; <see cref="PoleVerb.End"/> makes the version.</summary>
    public static async Task Update(Tx tx, Pole pole)
    {
        await tx.Execute(
            """
            update pole set
              display_name = @DisplayName, seat_commune = @SeatCommune, area = @Area, rhythm = @Rhythm, weekday = @Weekday, start_time = @StartTime,
              duration_minutes = @DurationMinutes, modality = @Modality, host = @Host, carrier = @Carrier, coordinator_email = @CoordinatorEmail,
              coordinator_kind = @CoordinatorKind, active_from_date = @ActiveFromDate
            where code = @Code
            """,
            new PoleColumns(pole));
        await SaveLists(tx, [pole]);
    }

    /// <param name="since">First day of activity where none was said; null to leave it.</param>
    public static Task<int> SetState(Tx tx, string code, Pole.Types.State state, DateOnly? since = null) =>
        tx.Execute(
            "update pole set state = @state, active_from_date = coalesce(active_from_date, @since) where code = @code", new { code, state = (int)state, since });

    /// <summary>Other hosts and territories, replaced as a whole.</summary>
    public static async Task SaveLists(Tx tx, IReadOnlyList<Pole> poles)
    {
        var hosts = Pairs(poles, p => p.OtherHosts.Select(h => h[Names.Organisations.Length..]));
        var communes = Pairs(poles, p => p.Communes);
        await tx.Execute(
            """
            delete from pole_host where pole = any(@poles);
            insert into pole_host (pole, organisation) select * from unnest(@hostPoles, @hosts);
            delete from pole_commune where pole = any(@poles);
            insert into pole_commune (pole, commune) select * from unnest(@communePoles, @communes)
            """,
            new
            {
                poles = poles.Select(PoleColumns.CodeOf).ToArray(),
                hostPoles = hosts.Select(p => p.Pole).ToArray(),
                hosts = hosts.Select(p => p.Item).ToArray(),
                communePoles = communes.Select(p => p.Pole).ToArray(),
                communes = communes.Select(p => p.Item).ToArray(),
            });
    }

    private static List<(string Pole, string Item)> Pairs(IEnumerable<Pole> poles, Func<Pole, IEnumerable<string>> items) =>
        [.. poles.SelectMany(p => items(p).Select(i => (PoleColumns.CodeOf(p), i)))];
}

/// <summary>A canonical pôle as columns.</summary>
internal class PoleColumns(Pole pole)
{
    public string Code => CodeOf(pole);

    public string DisplayName => pole.DisplayName;

    public string? Programme => Names.IdOf(Names.Programmes, pole.Programme);

    public string SeatCommune => pole.SeatCommune;

    public string Area => pole.Area;

    public int? Rhythm => pole.Rhythm == V1.Rhythm.Unspecified ? null : (int)pole.Rhythm;

    public int? Weekday => pole.Weekday == V1.Weekday.Unspecified ? null : (int)pole.Weekday;

    public TimeOnly? StartTime => pole.StartTime.ToTime();

    public int DurationMinutes => pole.DurationMinutes;

    public int Modality => (int)pole.Modality;

    public string? Host => Names.IdOf(Names.Organisations, pole.Host);

    public string? Carrier => Names.IdOf(Names.Organisations, pole.Carrier);

    public string? CoordinatorEmail => pole.CoordinatorEmail.Length == 0 ? null : pole.CoordinatorEmail;

    public int CoordinatorKind => (int)pole.CoordinatorKind;

    public DateOnly? ActiveFromDate { get; init; } = pole.ActiveFromDate.ToDate();

    public static string CodeOf(Pole pole) => pole.Name[Names.Poles.Length..];
}
