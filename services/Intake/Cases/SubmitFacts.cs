using Intervision.Intake.ReferenceLists;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Cases;

/// <summary>What the directory projection knows of everything a request names, in one statement.</summary>
internal sealed class SubmitFacts
{
    public bool ProgrammeKnown { get; init; }

    public bool AttendingPhysicianRequired { get; init; }

    /// <summary>Null when the pôle is unknown.</summary>
    public string? PoleProgramme { get; init; }

    public bool PoleActive { get; init; }

    public bool CommuneKnown { get; init; }

    /// <summary>Active pôles of the programme that cover the commune.</summary>
    public string[] Candidates { get; init; } = [];

    public string[] KnownPeople { get; init; } = [];

    public string? RequesterRpps { get; init; }

    public bool OrganisationIsCpts { get; init; }

    /// <summary>The commune of care is in the CPTS's territory.</summary>
    public bool CommuneInTerritory { get; init; }

    /// <summary>The pôle and the CPTS share at least one commune.</summary>
    public bool PoleInTerritory { get; init; }

    public ReferenceCodes Codes { get; private set; } = new([]);

    public static async Task<SubmitFacts> Load(Tx tx, SubmitCaseRequest request)
    {
        var facts = await tx.Single<SubmitFacts>(
            """
            select
              exists (select from programme where name = @programme) as programme_known,
              coalesce((select attending_physician_required from programme where name = @programme), false) as attending_physician_required,
              (select programme from pole where name = @Pole) as pole_programme,
              coalesce((select active from pole where name = @Pole), false) as pole_active,
              exists (select from commune where insee_code = @Commune) as commune_known,
              array (select p.name from pole_commune c join pole p on p.name = c.pole
                     where c.insee_code = @Commune and p.programme = @programme and p.active order by p.name) as candidates,
              array (select name from professional where name = any (@people)) as known_people,
              (select rpps from professional where name = @Requester) as requester_rpps,
              exists (select from organisation where name = @SubmittingOrganisation and kind = 'CPTS') as organisation_is_cpts,
              exists (select from cpts_commune where organisation = @SubmittingOrganisation and insee_code = @Commune) as commune_in_territory,
              exists (select from cpts_commune t join pole_commune c using (insee_code)
                      where t.organisation = @SubmittingOrganisation and c.pole = @Pole) as pole_in_territory
            """,
            new
            {
                programme = ProgrammeOf(request),
                request.Pole,
                request.Commune,
                request.Requester,
                request.SubmittingOrganisation,
                people = request.Actors.Append(request.Requester).Append(request.AttendingPhysician).Distinct(StringComparer.Ordinal).ToArray(),
            });
        facts.Codes = await ReferenceCodes.Load(tx);
        return facts;
    }

    /// <summary>ADDICTIONS when not said.</summary>
    public static string ProgrammeOf(SubmitCaseRequest request) =>
        request.Programme.Length == 0 ? "programmes/ADDICTIONS" : request.Programme;
}
