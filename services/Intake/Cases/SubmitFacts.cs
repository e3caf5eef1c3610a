using System.Text.Json;
using Intervision.Intake.ReferenceLists;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Cases;

/// <summary>What the directory projection knows of everything a request names.</summary>
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

    public static async Task<SubmitFacts> Load(Tx tx, SubmitCaseRequest request) => (await Load(tx, [request]))[0];

    /// <summary>Of several requests in one statement, in their order.</summary>
    public static async Task<IReadOnlyList<SubmitFacts>> Load(Tx tx, IReadOnlyList<SubmitCaseRequest> requests)
    {
        var codes = await ReferenceCodes.Load(tx);
        var all = await tx.Query<SubmitFacts>(
            """
            select
              g.name is not null as programme_known,
              coalesce(g.attending_physician_required, false) as attending_physician_required,
              p.programme as pole_programme,
              coalesce(p.active, false) as pole_active,
              exists (select from commune where insee_code = r.commune) as commune_known,
              array (select cp.name from pole_commune c join pole cp on cp.name = c.pole
                     where c.insee_code = r.commune and cp.programme = r.programme and cp.active order by cp.name) as candidates,
              array (select name from professional where name = any (r.people)) as known_people,
              q.rpps as requester_rpps,
              exists (select from organisation where name = r.organisation and kind = 'CPTS') as organisation_is_cpts,
              exists (select from cpts_commune where organisation = r.organisation and insee_code = r.commune) as commune_in_territory,
              exists (select from cpts_commune t join pole_commune c using (insee_code)
                      where t.organisation = r.organisation and c.pole = r.pole) as pole_in_territory
            from jsonb_to_recordset(@requests::jsonb)
              as r (position int, programme text, pole text, commune text, requester text, organisation text, people text[])
            left join programme g on g.name = r.programme
            left join pole p on p.name = r.pole
            left join professional q on q.name = r.requester
            order by r.position
            """,
            new { requests = JsonSerializer.Serialize(requests.Select(Asked), JsonSerializerOptions.Web) });
        foreach (var facts in all)
        {
            facts.Codes = codes;
        }

        return all;
    }

    private static object Asked(SubmitCaseRequest request, int position) => new
    {
        position,
        programme = ProgrammeOf(request),
        request.Pole,
        request.Commune,
        request.Requester,
        organisation = request.SubmittingOrganisation,
        people = request.Actors.Append(request.Requester).Append(request.AttendingPhysician).Distinct(StringComparer.Ordinal),
    };

    /// <summary>ADDICTIONS when not said.</summary>
    public static string ProgrammeOf(SubmitCaseRequest request) =>
        request.Programme.Length == 0 ? "programmes/ADDICTIONS" : request.Programme;
}
