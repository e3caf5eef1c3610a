using Intervision.Membership.History;
using Intervision.Membership.Identifiers;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>Professionals with all their activities. Messages never repeat a name, a number or a mailbox.</summary>
internal sealed class ProfessionalRows() : RowKind<Professional>(r => r.Professional)
{
    protected override string KeyOf(Professional content) => content.Name[Names.Professionals.Length..];

    protected override void Check(Row<Professional> row)
    {
        var person = row.Content;
        Canonicalise(person);
        row.Require(
            Names.IdOf(Names.Professionals, person.Name) is { } id && Texts.IsProfessionalId(id),
            "NAME_INVALID",
            "Le nom de ressource doit avoir la forme « professionals/{identifiant} ».");
        row.Require(person.Rpps.Length == 0 || Rpps.IsValid(person.Rpps), "RPPS_INVALID", "Le numéro RPPS n'a pas onze chiffres ou sa clé est fausse.");
        row.Require(Texts.IsLabel(person.FamilyName, 100), "FAMILY_NAME_INVALID", "Le nom de famille est vide ou trop long.");
        row.Require(Texts.IsLabel(person.GivenName, 100), "GIVEN_NAME_INVALID", "Le prénom est vide ou trop long.");
        row.Require(
            !MsSante.IsPatient(person.Mssante),
            "MSSANTE_PATIENT",
            "Cette adresse est une messagerie de patient : elle contient un matricule INS et ne peut pas être celle d'un professionnel.");
        row.Require(
            person.Mssante.Length == 0 || MsSante.IsProfessional(person.Mssante), "MSSANTE_INVALID", "L'adresse n'est pas une adresse MSSanté de professionnel.");
        row.Require(
            person.CharterAcceptedDate is null || person.CharterAcceptedDate.ToDate() is not null,
            "CHARTER_DATE_INVALID",
            "La date d'acceptation de la charte n'est pas une date.");
        row.Require(Enum.IsDefined(person.IdentifierSource), "IDENTIFIER_SOURCE_INVALID", "L'origine des identifiants n'est pas dans la liste.");
        row.Require(
            person.IdentifierVerifiedDate is null || person.IdentifierVerifiedDate.ToDate() is not null,
            "IDENTIFIER_VERIFIED_DATE_INVALID",
            "La date de vérification des identifiants n'est pas une date.");
        CheckActivities(row);
    }

    protected override async Task CheckReferences(Tx tx, IReadOnlyList<Row<Professional>> rows, DateTimeOffset now)
    {
        var organisations = await Known(
            tx,
            "select identifier from organisation where identifier = any(@keys)",
            rows.SelectMany(r => r.Content.Activities.Select(a => a.Organisation[Names.Organisations.Length..])));
        var owners = (await tx.Query<(string Rpps, string Owner)>(
            "select rpps, professional_id from professional where rpps = any(@rpps)",
            new { rpps = rows.Select(r => r.Content.Rpps).Where(r => r.Length > 0).ToArray() }))
            .ToDictionary(o => o.Rpps, o => o.Owner, StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var unknown = row.Content.Activities.Select(a => a.Organisation).Where(o => !organisations.Contains(o[Names.Organisations.Length..])).ToList();
            row.Require(unknown.Count == 0, "UNKNOWN_ORGANISATION", $"L'activité se réfère à une organisation inconnue : {Territories.Some(unknown)}.");
            if (row.IsOpen && row.Content.Rpps.Length > 0)
            {
                owners.TryAdd(row.Content.Rpps, KeyOf(row.Content));
                row.Require(
                    owners[row.Content.Rpps] == KeyOf(row.Content),
                    "RPPS_TAKEN",
                    $"Ce numéro RPPS est déjà celui de {Names.Professionals}{owners[row.Content.Rpps]}.");
            }
        }
    }

    protected override Task<IReadOnlyList<Stored>> Load(Tx tx, string[] keys) =>
        tx.Query<Stored>(
            """
            select professional_id as key, imported_hash, version, update_time from professional
            where professional_id = any(@keys) order by professional_id for update
            """,
            new { keys });

    protected override Task<IReadOnlyList<Professional>> States(Tx tx, string[] keys, DateOnly today) => ProfessionalStore.States(tx, keys, today);

    protected override Professional AsRow(Professional state)
    {
        var row = state.Clone();
        Canonicalise(row);
        return row;
    }

    protected override Task<IReadOnlyList<Told>> Tell(Tx tx, IReadOnlyList<Professional> states, DateOnly today) =>
        Task.FromResult<IReadOnlyList<Told>>([.. states.Select(Told.Of)]);

    protected override async Task Save(Tx tx, IReadOnlyList<Row<Professional>> changes, DateTimeOffset now)
    {
        await tx.Execute(
            """
            insert into professional (
              professional_id, rpps, family_name, given_name, search_name, mssante, charter_accepted_date, identifier_source,
              identifier_verified_date, imported_hash, version, update_time)
            select professional_id, nullif(rpps, ''), family_name, given_name, search_name, nullif(mssante, ''), charter_accepted_date,
              identifier_source, identifier_verified_date, decode(hash, 'base64'), version, @now
            from jsonb_to_recordset(@rows::jsonb) as r (
              professional_id text, rpps text, family_name text, given_name text, search_name text, mssante text, charter_accepted_date date,
              identifier_source smallint, identifier_verified_date date, hash text, version bigint)
            on conflict (professional_id) do update set
              rpps = excluded.rpps, family_name = excluded.family_name, given_name = excluded.given_name, search_name = excluded.search_name,
              mssante = excluded.mssante, charter_accepted_date = excluded.charter_accepted_date, identifier_source = excluded.identifier_source,
              identifier_verified_date = excluded.identifier_verified_date, imported_hash = excluded.imported_hash,
              version = excluded.version, update_time = excluded.update_time
            """,
            new
            {
                now,
                rows = Json(changes.Select(r => new
                {
                    ProfessionalId = KeyOf(r.Content),
                    r.Content.Rpps,
                    r.Content.FamilyName,
                    r.Content.GivenName,
                    SearchName = SearchName.Of(r.Content.FamilyName, r.Content.GivenName),
                    r.Content.Mssante,
                    CharterAcceptedDate = r.Content.CharterAcceptedDate.ToDate(),
                    IdentifierSource = (int)r.Content.IdentifierSource,
                    IdentifierVerifiedDate = r.Content.IdentifierVerifiedDate.ToDate(),
                    r.Hash,
                    r.Version,
                })),
            });
        await SaveActivities(tx, changes);
        await SaveDesignations(tx, changes, Paris.DateOf(now));
    }

    /// <summary>A row says only whether the person is an expert: from the day of the import on, or no longer.</summary>
    private async Task SaveDesignations(Tx tx, IReadOnlyList<Row<Professional>> changes, DateOnly today)
    {
        var keys = Keys(changes);
        var experts = Keys(changes.Where(r => r.Content.Expert));
        await tx.Execute(
            """
            delete from expert_designation where professional_id = any(@keys) and not professional_id = any(@experts) and from_date = @today;
            update expert_designation set until_date = @today
            where professional_id = any(@keys) and not professional_id = any(@experts) and from_date < @today and (until_date is null or until_date > @today);
            insert into expert_designation (professional_id, basis, from_date, until_date)
            select id, 0, @today, (select min(d.from_date) from expert_designation d where d.professional_id = id and d.from_date > @today)
            from unnest(@experts) id
            where not exists (
              select from expert_designation d
              where d.professional_id = id and d.from_date <= @today and (d.until_date is null or d.until_date > @today))
            """,
            new { keys, experts, today });
    }

    /// <summary>A row carries all activities, past ones too: they replace what was known.</summary>
    private async Task SaveActivities(Tx tx, IReadOnlyList<Row<Professional>> changes)
    {
        await tx.Execute("delete from activity where professional_id = any(@keys)", new { keys = Keys(changes) });
        await tx.Execute(
            """
            insert into activity (professional_id, profession_table, profession_code, savoir_faire, mode, organisation, pole, from_date, until_date)
            select professional_id, profession_table, profession_code, nullif(savoir_faire, ''), mode, organisation, pole, from_date, until_date
            from jsonb_to_recordset(@rows::jsonb) as r (
              professional_id text, profession_table text, profession_code text, savoir_faire text, mode smallint, organisation text,
              pole text, from_date date, until_date date)
            """,
            new
            {
                rows = Json(
                    from row in changes
                    from a in row.Content.Activities
                    select new
                    {
                        ProfessionalId = KeyOf(row.Content),
                        a.ProfessionTable,
                        a.ProfessionCode,
                        a.SavoirFaire,
                        Mode = (int)a.Mode,
                        Organisation = Names.IdOf(Names.Organisations, a.Organisation),
                        Pole = Names.IdOf(Names.Poles, a.Pole),
                        FromDate = a.FromDate.ToDate(),
                        UntilDate = a.UntilDate.ToDate(),
                    }),
            });
    }

    private static void CheckActivities(Row<Professional> row)
    {
        var activities = row.Content.Activities;
        row.Require(activities.Count <= Activities.Maximum, "TOO_MANY_ACTIVITIES", $"Une personne a au plus {Activities.Maximum} activités.");
        foreach (var activity in activities)
        {
            if (Activities.Problem(activity) is var (reason, french))
            {
                row.Require(false, reason, french);
            }
        }

        if (row.IsOpen && Activities.Overlap(activities) is var (first, second))
        {
            row.Require(
                false,
                "ACTIVITY_OVERLAP",
                $"Deux activités identiques à {first.Organisation} se chevauchent (débuts {first.FromDate.ToDate():dd/MM/yyyy} et {second.FromDate.ToDate():dd/MM/yyyy}).");
        }
    }

    private static void Canonicalise(Professional person)
    {
        person.Etag = "";
        person.ExpertDesignations.Clear();
        person.CharterAcceptances.Clear();
        person.Rpps = Identifiers.Keys.Canonical(person.Rpps);
        person.FamilyName = Texts.Canonical(person.FamilyName);
        person.GivenName = Texts.Canonical(person.GivenName);
        person.Mssante = MsSante.Canonical(person.Mssante);
        Activities.Canonicalise(person.Activities);
    }
}
