using Intervision.Membership.Events.V1;
using Intervision.Membership.Import;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>
/// Pôles with their territory. One with a référent and a host is active, else a draft; one that was suspended or closed
/// stays so whatever a file says.
/// </summary>
internal sealed class PoleRows() : RowKind<Pole>(r => r.Pole)
{
    protected override string KeyOf(Pole content) => content.Name[Names.Poles.Length..];

    protected override void Check(Row<Pole> row)
    {
        var pole = row.Content;
        pole.Etag = "";
        pole.State = Pole.Types.State.Unspecified;
        pole.DisplayName = Texts.Canonical(pole.DisplayName);
        pole.Area = Texts.Canonical(pole.Area);
        pole.CoordinatorEmail = pole.CoordinatorEmail.Trim();
        Territories.Canonicalise(pole.Communes);
        row.Require(
            Names.IdOf(Names.Poles, pole.Name) is { } code && Texts.IsPoleCode(code), "NAME_INVALID", "Le nom de ressource doit avoir la forme « poles/P12 ».");
        row.Require(Texts.IsLabel(pole.DisplayName, 200), "DISPLAY_NAME_INVALID", "Le nom du pôle est vide ou trop long.");
        row.Require(Names.IdOf(Names.Programmes, pole.Programme) is not null, "PROGRAMME_INVALID", "Le programme doit avoir la forme « programmes/ADDICTIONS ».");
        row.Require(Texts.IsInsee(pole.SeatCommune), "COMMUNE_INVALID", "Le siège doit être donné par le code INSEE de sa commune.");
        row.Require(pole.Area.Length <= 40, "AREA_INVALID", "La zone a au plus 40 caractères.");
        row.Require(Enum.IsDefined(pole.Rhythm) && pole.Rhythm != Rhythm.Unspecified, "RHYTHM_INVALID", "Le rythme n'est pas dans la liste.");
        row.Require(Enum.IsDefined(pole.Weekday) && pole.Weekday != Weekday.Unspecified, "WEEKDAY_INVALID", "Le jour de la semaine n'est pas dans la liste.");
        row.Require(pole.StartTime.ToTime() is not null, "START_TIME_INVALID", "L'heure de début n'est pas une heure.");
        row.Require(pole.DurationMinutes is >= 15 and <= 480, "DURATION_INVALID", "La durée doit être comprise entre 15 et 480 minutes.");
        row.Require(Enum.IsDefined(pole.Modality) && pole.Modality != Modality.Unspecified, "MODALITY_INVALID", "La modalité n'est pas dans la liste.");
        row.Require(
            pole.Referent.Length == 0 || Names.IdOf(Names.Professionals, pole.Referent) is not null,
            "REFERENT_INVALID",
            "Le référent doit avoir la forme « professionals/{identifiant} ».");
        row.Require(
            pole.Host.Length == 0 || Names.IdOf(Names.Organisations, pole.Host) is not null,
            "HOST_INVALID",
            "La structure d'accueil doit avoir la forme « organisations/590000014 ».");
        row.Require(pole.CoordinatorEmail.Length == 0 || Texts.IsEmail(pole.CoordinatorEmail), "EMAIL_INVALID", "L'adresse de la coordination n'est pas une adresse de courriel.");
        row.Require(pole.ActiveFromDate.ToDate() is not null, "ACTIVE_FROM_DATE_INVALID", "La date de début d'activité manque ou n'est pas une date.");
        row.Require(pole.Communes.Count <= Territories.MaximumCommunes, "TERRITORY_TOO_LARGE", Territories.TooLarge);
        row.Require(pole.Communes.All(Texts.IsInsee), "COMMUNE_INVALID", Territories.Invalid);
    }

    protected override async Task CheckReferences(Tx tx, IReadOnlyList<Row<Pole>> rows, DateTimeOffset now)
    {
        var known = await PoleReferences.Load(tx, rows.Select(r => r.Content).ToList(), Paris.DateOf(now));
        foreach (var row in rows)
        {
            known.Judge(row);
        }
    }

    protected override Task<IReadOnlyList<Stored>> Load(Tx tx, string[] keys) =>
        tx.Query<Stored>(
            "select code as key, content_hash, version, update_time from pole where code = any(@keys) order by code for update", new { keys });

    protected override async Task Save(Tx tx, IReadOnlyList<Row<Pole>> changes, DateTimeOffset now)
    {
        var saved = await tx.Query<(string Code, int State)>(
            """
            insert into pole (
              code, display_name, programme, seat_commune, area, rhythm, weekday, start_time, duration_minutes, modality, referent, host,
              coordinator_email, active_from_date, state, content_hash, version, update_time)
            select code, display_name, programme, seat_commune, area, rhythm, weekday, start_time, duration_minutes, modality, referent, host,
              nullif(coordinator_email, ''), active_from_date, case when referent is null or host is null then 1 else 2 end,
              decode(hash, 'base64'), version, @now
            from jsonb_to_recordset(@rows::jsonb) as r (
              code text, display_name text, programme text, seat_commune text, area text, rhythm smallint, weekday smallint, start_time time,
              duration_minutes int, modality smallint, referent text, host text, coordinator_email text, active_from_date date, hash text,
              version bigint)
            on conflict (code) do update set
              display_name = excluded.display_name, programme = excluded.programme, seat_commune = excluded.seat_commune, area = excluded.area,
              rhythm = excluded.rhythm, weekday = excluded.weekday, start_time = excluded.start_time, duration_minutes = excluded.duration_minutes,
              modality = excluded.modality, referent = excluded.referent, host = excluded.host, coordinator_email = excluded.coordinator_email,
              active_from_date = excluded.active_from_date, state = case when pole.state in (3, 4) then pole.state else excluded.state end,
              content_hash = excluded.content_hash, version = excluded.version, update_time = excluded.update_time
            returning code, state::int
            """,
            new { now, rows = Json(changes.Select(Columns)) });
        var states = saved.ToDictionary(s => s.Code, s => s.State, StringComparer.Ordinal);
        foreach (var row in changes)
        {
            row.Content.State = (Pole.Types.State)states[KeyOf(row.Content)];
        }

        await SaveTerritories(tx, changes);
    }

    protected override Task<IReadOnlyList<ToSay>> Tell(Tx tx, IReadOnlyList<Row<Pole>> changes, DateTimeOffset now) =>
        Task.FromResult<IReadOnlyList<ToSay>>([.. changes.Select(r =>
        {
            var pole = r.Content.Clone();
            pole.Etag = Etag.Of(r.Version);
            return new ToSay(pole.Name, new PoleChanged { Pole = pole });
        })]);

    private object Columns(Row<Pole> r) => new
    {
        Code = KeyOf(r.Content),
        r.Content.DisplayName,
        Programme = Names.IdOf(Names.Programmes, r.Content.Programme),
        r.Content.SeatCommune,
        r.Content.Area,
        Rhythm = (int)r.Content.Rhythm,
        Weekday = (int)r.Content.Weekday,
        StartTime = r.Content.StartTime.ToTime(),
        r.Content.DurationMinutes,
        Modality = (int)r.Content.Modality,
        Referent = Names.IdOf(Names.Professionals, r.Content.Referent),
        Host = Names.IdOf(Names.Organisations, r.Content.Host),
        r.Content.CoordinatorEmail,
        ActiveFromDate = r.Content.ActiveFromDate.ToDate(),
        r.Hash,
        r.Version,
    };

    private async Task SaveTerritories(Tx tx, IReadOnlyList<Row<Pole>> changes)
    {
        await tx.Execute("delete from pole_commune where pole = any(@keys)", new { keys = Keys(changes) });
        var pairs = changes.SelectMany(r => r.Content.Communes.Select(c => (Pole: KeyOf(r.Content), Commune: c))).ToList();
        await tx.Execute(
            "insert into pole_commune (pole, commune) select * from unnest(@poles, @communes)",
            new { poles = pairs.Select(p => p.Pole).ToArray(), communes = pairs.Select(p => p.Commune).ToArray() });
    }
}
