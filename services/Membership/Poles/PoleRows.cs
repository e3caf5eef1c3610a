using Intervision.Membership.History;
using Intervision.Membership.Import;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>
/// Pôles with their territory. A new one that could be activated is active, else it is a draft, and the result says what
/// is missing; one that is active, suspended or closed stays so whatever a file says.
/// </summary>
internal sealed class PoleRows() : RowKind<Pole>(r => r.Pole)
{
    private PoleReferences? known;
    private DateOnly day;

    protected override string KeyOf(Pole content) => content.Name[Names.Poles.Length..];

    protected override void Check(Row<Pole> row)
    {
        var pole = row.Content;
        Canonicalise(pole);
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
        row.Require(
            pole.OtherHosts.Append(pole.Carrier).All(h => h.Length == 0 || Names.IdOf(Names.Organisations, h) is not null),
            "ORGANISATION_INVALID",
            "Une structure d'accueil ou porteuse doit avoir la forme « organisations/590000014 ».");
        row.Require(Enum.IsDefined(pole.CoordinatorKind), "COORDINATOR_KIND_INVALID", "Le type de coordination n'est pas dans la liste.");
        row.Require(pole.CoordinatorEmail.Length == 0 || Texts.IsEmail(pole.CoordinatorEmail), "EMAIL_INVALID", "L'adresse de la coordination n'est pas une adresse de courriel.");
        row.Require(pole.ActiveFromDate.ToDate() is not null, "ACTIVE_FROM_DATE_INVALID", "La date de début d'activité manque ou n'est pas une date.");
        row.Require(pole.Communes.Count <= Territories.MaximumCommunes, "TERRITORY_TOO_LARGE", Territories.TooLarge);
        row.Require(pole.Communes.All(Texts.IsInsee), "COMMUNE_INVALID", Territories.Invalid);
    }

    protected override async Task CheckReferences(Tx tx, IReadOnlyList<Row<Pole>> rows, DateTimeOffset now)
    {
        day = Paris.DateOf(now);
        known = await PoleReferences.Load(tx, rows.Select(r => r.Content).ToList(), day);
        foreach (var row in rows)
        {
            known.Judge(row);
        }
    }

    protected override Task<IReadOnlyList<Stored>> Load(Tx tx, string[] keys) =>
        tx.Query<Stored>(
            "select code as key, imported_hash, version, update_time from pole where code = any(@keys) order by code for update", new { keys });

    protected override Task<IReadOnlyList<Pole>> States(Tx tx, string[] keys, DateOnly today) => PoleStore.States(tx, keys, today);

    protected override Pole AsRow(Pole state)
    {
        var row = state.Clone();
        Canonicalise(row);
        return row;
    }

    protected override Task<IReadOnlyList<Told>> Tell(Tx tx, IReadOnlyList<Pole> states, DateOnly today) =>
        Task.FromResult<IReadOnlyList<Told>>([.. states.Select(Told.Of)]);

    protected override async Task Save(Tx tx, IReadOnlyList<Row<Pole>> changes, DateTimeOffset now)
    {
        var today = Paris.DateOf(now);
        foreach (var row in changes)
        {
            Warn(row);
        }

        await tx.Execute(
            """
            insert into pole (
              code, display_name, programme, seat_commune, area, rhythm, weekday, start_time, duration_minutes, modality, host, carrier,
              coordinator_email, coordinator_kind, active_from_date, state, imported_hash, version, update_time)
            select code, display_name, programme, seat_commune, area, rhythm, weekday, start_time, duration_minutes, modality, host, carrier,
              nullif(coordinator_email, ''), coordinator_kind, active_from_date, state, decode(hash, 'base64'), version, @now
            from jsonb_to_recordset(@rows::jsonb) as r (
              code text, display_name text, programme text, seat_commune text, area text, rhythm smallint, weekday smallint, start_time time,
              duration_minutes int, modality smallint, host text, carrier text, coordinator_email text, coordinator_kind smallint,
              active_from_date date, state smallint, hash text, version bigint)
            on conflict (code) do update set
              display_name = excluded.display_name, programme = excluded.programme, seat_commune = excluded.seat_commune, area = excluded.area,
              rhythm = excluded.rhythm, weekday = excluded.weekday, start_time = excluded.start_time, duration_minutes = excluded.duration_minutes,
              modality = excluded.modality, host = excluded.host, carrier = excluded.carrier, coordinator_email = excluded.coordinator_email,
              coordinator_kind = excluded.coordinator_kind, active_from_date = excluded.active_from_date,
              state = case when pole.state = 1 then excluded.state else pole.state end,
              imported_hash = excluded.imported_hash, version = excluded.version, update_time = excluded.update_time
            """,
            new { now, rows = Json(changes.Select(Columns)) });
        await SaveHosts(tx, changes);
        await SaveReferents(tx, changes, today);
        await SaveTerritories(tx, changes);
    }

    private void Warn(Row<Pole> row)
    {
        if (Missing(row.Content) is { Count: > 0 } missing)
        {
            row.Warn($"Le pôle reste un brouillon s'il l'était : {string.Join(' ', missing.Select(m => m.French))}");
        }
    }

    /// <summary>A row without a référent leaves the one in office.</summary>
    private IReadOnlyList<(string Reason, string French)> Missing(Pole said)
    {
        var pole = said.Clone();
        if (pole.Referent.Length == 0)
        {
            pole.Referent = known!.TermsOf(KeyOf(said)).FirstOrDefault(t => t.IsOn(day))?.Professional ?? "";
        }

        return Activation.Missing(pole, known!.HostsWithConvention);
    }

    private async Task SaveReferents(Tx tx, IReadOnlyList<Row<Pole>> changes, DateOnly today)
    {
        foreach (var pole in changes.Select(r => r.Content))
        {
            var professional = Names.IdOf(Names.Professionals, pole.Referent) ?? "";
            var (ends, begins) = Referents.TakeOver(KeyOf(pole), professional, known!.TermsOf(KeyOf(pole)), today, pole.ActiveFromDate.ToDate());
            await ReferentStore.End(tx, ends, today);
            await ReferentStore.Begin(tx, begins);
        }

        await ReferentStore.SayInOffice(tx, Keys(changes), today);
    }

    private async Task SaveHosts(Tx tx, IReadOnlyList<Row<Pole>> changes)
    {
        await tx.Execute("delete from pole_host where pole = any(@keys)", new { keys = Keys(changes) });
        var pairs = changes.SelectMany(r => r.Content.OtherHosts.Select(h => (Pole: KeyOf(r.Content), Host: h[Names.Organisations.Length..]))).ToList();
        await tx.Execute(
            "insert into pole_host (pole, organisation) select * from unnest(@poles, @hosts)",
            new { poles = pairs.Select(p => p.Pole).ToArray(), hosts = pairs.Select(p => p.Host).ToArray() });
    }

    private static void Canonicalise(Pole pole)
    {
        pole.Etag = "";
        pole.State = Pole.Types.State.Unspecified;
        pole.Referents.Clear();
        pole.DisplayName = Texts.Canonical(pole.DisplayName);
        pole.Area = Texts.Canonical(pole.Area);
        pole.CoordinatorEmail = pole.CoordinatorEmail.Trim();
        Territories.Canonicalise(pole.Communes);
        Territories.Canonicalise(pole.OtherHosts);
    }

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
        Host = Names.IdOf(Names.Organisations, r.Content.Host),
        Carrier = Names.IdOf(Names.Organisations, r.Content.Carrier),
        r.Content.CoordinatorEmail,
        CoordinatorKind = (int)r.Content.CoordinatorKind,
        State = (int)(Missing(r.Content).Count == 0 ? Pole.Types.State.Active : Pole.Types.State.Draft),
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
