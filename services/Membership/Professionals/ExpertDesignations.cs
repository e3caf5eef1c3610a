using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Basis = Intervision.Membership.V1.ExpertDesignation.Types.Basis;

namespace Intervision.Membership.Professionals;

/// <summary>Experts: "addictologue, médecin du CSAPA ou du CH", each over a period; one designation at a time.</summary>
internal static class ExpertDesignations
{
    /// <summary>CAPA addictologie clinique (TRE_R43), DNQ (TRE_R42), DEC (TRE_R97) and TRE_R359's code of addictology (DOMAIN §3).</summary>
    private static readonly HashSet<string> Addictology = new(["CAPA01", "DSM200", "DEC01", "SST01"], StringComparer.Ordinal);

    private static readonly HashSet<string> Hospitals = new(["CH", "CHRU", "EPSM"], StringComparer.Ordinal);

    /// <exception cref="RuleBroken">EXPERT_OVERLAP, with the designation in the way.</exception>
    public static void MustNotOverlap(string name, DateOnly from, DateOnly? until, IEnumerable<ExpertDesignation> others)
    {
        var inTheWay = others.FirstOrDefault(d => Period.Overlap(from, until, d.FromDate.ToDate()!.Value, d.UntilDate.ToDate()));
        if (inTheWay is not null)
        {
            var (since, to) = (inTheWay.FromDate.ToDate()!.Value, inTheWay.UntilDate.ToDate());
            throw RuleBroken.NotNow(
                "EXPERT_OVERLAP",
                $"{name} est déjà désigné expert depuis le {since:dd/MM/yyyy}{(to is null ? "" : $" (jusqu'au {to:dd/MM/yyyy} exclu)")}.",
                "EXPERT",
                name,
                ("name", name),
                ("fromDate", $"{since:yyyy-MM-dd}"),
                ("untilDate", to is null ? "" : $"{to:yyyy-MM-dd}"));
        }
    }

    /// <summary>The designation that lasts on a day, else the next to come, which ends earlier or later than said so far.</summary>
    /// <exception cref="RuleBroken">NOT_AN_EXPERT; UNTIL_DATE_INVALID; EXPERT_OVERLAP.</exception>
    public static ExpertDesignation MustEnd(Professional person, DateOnly until, DateOnly today)
    {
        var lasting = person.ExpertDesignations.FirstOrDefault(d => d.UntilDate.ToDate() is not { } end || end > today)
            ?? throw RuleBroken.NotNow("NOT_AN_EXPERT", $"{person.Name} n'a pas de désignation d'expert en cours.", "EXPERT", person.Name, ("name", person.Name));
        var from = lasting.FromDate.ToDate()!.Value;
        if (until <= from)
        {
            throw RuleBroken.Invalid("until_date", "UNTIL_DATE_INVALID", $"La fin (exclue) doit être postérieure au début, le {from:dd/MM/yyyy}.");
        }

        MustNotOverlap(person.Name, from, until, person.ExpertDesignations.Where(d => !ReferenceEquals(d, lasting)));
        return lasting;
    }

    /// <summary>
    /// EXPERT_BASIS_NOT_SHOWN unless an activity in force bears the basis out: a diploma in addictology, or a physician in a
    /// structure of that kind. Only a warning: the absence of a code does not disqualify anybody (DOMAIN §3).
    /// </summary>
    public static IEnumerable<Warning> Warnings(Basis basis, IEnumerable<Capacity> inForce)
    {
        if (!inForce.Any(c => Shows(basis, c)))
        {
            yield return new Warning
            {
                Reason = "EXPERT_BASIS_NOT_SHOWN",
                Message = $"Aucune activité en cours ne montre que la personne est {French(basis)} : à vérifier.",
            };
        }
    }

    /// <summary>The day whose activities bear a designation out: that of the call, or its own nearest.</summary>
    public static DateOnly DayToShow(DateOnly from, DateOnly? until, DateOnly today) =>
        from > today ? from : until is { } end && end <= today ? end.AddDays(-1) : today;

    public static Task<IReadOnlyList<Capacity>> Capacities(Tx tx, string id, DateOnly day) =>
        tx.Query<Capacity>(
            """
            select a.profession_table, a.profession_code, a.savoir_faire, o.kind from activity a join organisation o on o.identifier = a.organisation
            where a.professional_id = @id and a.from_date <= @day and (a.until_date is null or a.until_date > @day)
            """,
            new { id, day });

    public static Task<int> Begin(Tx tx, string id, Basis basis, DateOnly from, DateOnly? until) =>
        tx.Execute(
            "insert into expert_designation (professional_id, basis, from_date, until_date) values (@id, @basis, @from, @until)",
            new { id, basis = (int)basis, from, until });

    public static Task<int> End(Tx tx, string id, DateOnly from, DateOnly until) =>
        tx.Execute("update expert_designation set until_date = @until where professional_id = @id and from_date = @from", new { id, from, until });

    private static bool Shows(Basis basis, Capacity capacity) => basis switch
    {
        Basis.Addictologist => capacity.SavoirFaire is { } code && Addictology.Contains(code),
        Basis.CsapaDoctor => capacity.IsPhysician && capacity.Kind == "CSAPA",
        Basis.HospitalDoctor => capacity.IsPhysician && Hospitals.Contains(capacity.Kind),
        _ => false,
    };

    private static string French(Basis basis) => basis switch
    {
        Basis.Addictologist => "addictologue",
        Basis.CsapaDoctor => "médecin d'un CSAPA",
        _ => "médecin d'un centre hospitalier",
    };

    /// <summary>In what capacity, and in what kind of structure.</summary>
    internal sealed class Capacity
    {
        public string ProfessionTable { get; init; } = "";

        public string ProfessionCode { get; init; } = "";

        public string? SavoirFaire { get; init; }

        public string Kind { get; init; } = "";

        public bool IsPhysician => ProfessionTable == "TRE_G15" && ProfessionCode == "10";
    }
}
