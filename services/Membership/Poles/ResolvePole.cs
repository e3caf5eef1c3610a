using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>
/// Which active pôle of a programme covers a commune. When none does, up to three that meet by video (VIDEO or HYBRID).
/// The directory holds no coordinates, so "nearest" is an administrative rule, not a distance: first the pôles whose
/// territory has a commune with a postal code in common (neighbours), then those with a commune or their seat in the
/// same département, then the others; by name within each.
/// </summary>
internal sealed class ResolvePole(Db db)
{
    private const int Nearest = 3;

    public async Task<ResolvePoleResponse> Handle(ResolvePoleRequest request, Call call)
    {
        var cpts = CptsBounds.Of(call.Caller);
        return await db.Read(
            async tx =>
            {
                await CptsBounds.MustHold(tx, cpts, request.Commune);
                var programme = Names.MustBe(Names.Programmes, request.Programme, "programme");
                var today = Paris.DateOf(call.Now);
                var asked = await Ask(tx, programme, request.Commune, today);
                var covering = asked.Covering;
                var nearest = covering.Count == 0 ? await NearestByVideo(tx, programme, request.Commune, today) : [];
                return Answer(asked, covering, nearest);
            },
            call.Cancellation);
    }

    /// <summary>Pure: the answer and why.</summary>
    internal static ResolvePoleResponse Answer(Question asked, IReadOnlyList<Found> covering, IReadOnlyList<Found> nearest) => new()
    {
        Result = covering.Count switch
        {
            0 => ResolvePoleResponse.Types.Result.None,
            1 => ResolvePoleResponse.Types.Result.One,
            _ => ResolvePoleResponse.Types.Result.Several,
        },
        Poles = { covering.Select(p => Names.Poles + p.Code) },
        NearestVideoPoles = { nearest.Select(p => Names.Poles + p.Code) },
        Explanation = Explain(asked, covering, nearest),
    };

    private static string Explain(Question asked, IReadOnlyList<Found> covering, IReadOnlyList<Found> nearest) => (covering.Count, nearest.Count) switch
    {
        (1, _) => $"{asked.Commune} est dans le territoire de {covering[0].DisplayName} ({asked.Programme}).",
        ( > 1, _) => $"{asked.Commune} est dans le territoire de plusieurs pôles ({List(covering)}) : le tri régional choisit.",
        (_, 0) => $"Aucun pôle du programme « {asked.Programme} » ne couvre {asked.Commune}, et aucun ne se réunit en visioconférence.",
        _ => $"Aucun pôle du programme « {asked.Programme} » ne couvre {asked.Commune}. Se réunissent en visioconférence, "
            + $"des plus proches aux plus éloignés selon le secteur postal puis le département : {List(nearest)}.",
    };

    private static string List(IEnumerable<Found> poles) => string.Join(", ", poles.Select(p => p.DisplayName));

    /// <exception cref="RuleBroken">UNKNOWN_PROGRAMME, UNKNOWN_COMMUNE (a postal code, for instance).</exception>
    private static async Task<Question> Ask(Tx tx, string programme, string commune, DateOnly today)
    {
        var asked = await tx.Single<Question>(
            """
            select (select display_name from programme where code = @programme) as programme,
                   (select display_name from commune where insee_code = @commune) as commune,
                   covering.codes, covering.labels
            from (
              select coalesce(array_agg(p.code order by p.code), '{}') as codes, coalesce(array_agg(p.display_name order by p.code), '{}') as labels
              from pole p join pole_commune t on t.pole = p.code
              where t.commune = @commune and p.programme = @programme and p.state = 2 and p.active_from_date <= @today) covering
            """,
            new { programme, commune, today });
        if (asked.Programme is null)
        {
            throw RuleBroken.Invalid("programme", "UNKNOWN_PROGRAMME", $"Le programme « {programme} » n'existe pas.");
        }

        return asked.Commune is null
            ? throw RuleBroken.Invalid("commune", "UNKNOWN_COMMUNE", "Ce code n'est pas le code INSEE d'une commune connue (et non un code postal).")
            : asked;
    }

    private static Task<IReadOnlyList<Found>> NearestByVideo(Tx tx, string programme, string commune, DateOnly today) =>
        tx.Query<Found>(
            """
            with here as (select postal_codes, departement from commune where insee_code = @commune),
            neighbour as (
              select distinct t.pole from commune c join pole_commune t on t.commune = c.insee_code
              where c.postal_codes && (select postal_codes from here))
            select p.code, p.display_name from pole p, here
            where p.programme = @programme and p.state = 2 and p.active_from_date <= @today and p.modality in (2, 3)
            order by
              case
                when p.code in (select pole from neighbour) then 0
                -- A commune's code begins with its département's: a range of the key.
                when starts_with(p.seat_commune, here.departement) or exists (
                  select from pole_commune t
                  where t.pole = p.code and t.commune between here.departement || '000' and here.departement || '999') then 1
                else 2
              end,
              p.display_name, p.code
            limit @Nearest
            """,
            new { programme, commune, today, Nearest });

    /// <summary>What was asked, and the pôles that cover it.</summary>
    internal sealed class Question
    {
        /// <summary>Display name; null when unknown.</summary>
        public string? Programme { get; init; }

        /// <summary>Display name; null when unknown.</summary>
        public string? Commune { get; init; }

        public string[] Codes { get; init; } = [];

        public string[] Labels { get; init; } = [];

        public IReadOnlyList<Found> Covering => [.. Codes.Zip(Labels, (code, label) => new Found { Code = code, DisplayName = label })];
    }

    internal sealed class Found
    {
        public string Code { get; init; } = "";

        public string DisplayName { get; init; } = "";
    }
}
