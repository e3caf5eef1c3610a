using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>Rules of activities: a profession is (table, code), with one mode and one structure, over a period (DOMAIN §3).</summary>
internal static class Activities
{
    public const int Maximum = 100;

    private static readonly HashSet<string> Tables = new(["TRE_G15", "TRE_R94", "TRE_R95", "TRE_R291"], StringComparer.Ordinal);

    /// <summary>Savoir-faire of a general practitioner: SM54, SM53, SM26 (TRE_R38); practice also takes none said.</summary>
    private static readonly HashSet<string> GeneralPractice = new(["SM54", "SM53", "SM26", ""], StringComparer.Ordinal);

    /// <summary>What is wrong with one activity in itself; null when nothing is.</summary>
    public static (string Reason, string French)? Problem(Activity activity)
    {
        if (!Tables.Contains(activity.ProfessionTable) || !Texts.IsNosCode(activity.ProfessionCode))
        {
            return ("PROFESSION_INVALID", $"La profession « {activity.ProfessionTable}/{activity.ProfessionCode} » n'est pas dans les nomenclatures.");
        }

        if (IsObsolete(activity))
        {
            return ("PROFESSION_OBSOLETE", $"Le code {activity.ProfessionTable}/{activity.ProfessionCode} est obsolète dans la nomenclature.");
        }

        if (activity.SavoirFaire.Length > 0 && !Texts.IsNosCode(activity.SavoirFaire))
        {
            return ("SAVOIR_FAIRE_INVALID", $"Le savoir-faire « {activity.SavoirFaire} » n'a pas la forme d'un code.");
        }

        if (activity.Mode is not (Mode.Salaried or Mode.Liberal or Mode.Volunteer))
        {
            return ("MODE_INVALID", "Le mode d'exercice doit être S, L ou B.");
        }

        if (Names.IdOf(Names.Organisations, activity.Organisation) is null)
        {
            return ("ORGANISATION_INVALID", "L'organisation doit avoir la forme « organisations/590000014 ».");
        }

        if (activity.Pole.Length > 0 && (Names.IdOf(Names.Poles, activity.Pole) is not { } pole || !Texts.IsPoleCode(pole)))
        {
            return ("POLE_INVALID", "Le pôle doit avoir la forme « poles/P12 ».");
        }

        return activity.FromDate.ToDate() is not { } from || (activity.UntilDate is not null && !(activity.UntilDate.ToDate() > from))
            ? ("ACTIVITY_DATES_INVALID", "Une activité a une date de début, et une date de fin (exclue) postérieure quand elle est close.")
            : null;
    }

    /// <summary>Two periods of the same profession, mode and structure that overlap; null when there are none.</summary>
    public static (Activity First, Activity Second)? Overlap(IEnumerable<Activity> activities)
    {
        foreach (var same in activities.GroupBy(a => (a.ProfessionTable, a.ProfessionCode, a.Mode, a.Organisation)))
        {
            var ordered = same.OrderBy(a => a.FromDate.ToDate()).ToList();
            for (var i = 1; i < ordered.Count; i++)
            {
                if (ordered[i - 1].UntilDate.ToDate() is not { } until || until > ordered[i].FromDate.ToDate())
                {
                    return (ordered[i - 1], ordered[i]);
                }
            }
        }

        return null;
    }

    /// <exception cref="RuleBroken">FAILED_PRECONDITION/ACTIVITY_OVERLAP, which names the activity in the way.</exception>
    /// <param name="added">The one that came last, which is not the one in the way.</param>
    public static void MustNotOverlap(string professionalId, IEnumerable<Activity> activities, Activity? added = null)
    {
        if (Overlap(activities) is var (first, second))
        {
            var inTheWay = NameOf(professionalId, ReferenceEquals(first, added) ? second : first);
            throw RuleBroken.NotNow("ACTIVITY_OVERLAP", OverlapInFrench(professionalId, first, second), "ACTIVITY", inTheWay, ("name", inTheWay));
        }
    }

    public static string OverlapInFrench(string professionalId, Activity first, Activity second) =>
        $"Deux activités identiques à {first.Organisation} se chevauchent : {NameOf(professionalId, first)} (début {first.FromDate.ToDate():dd/MM/yyyy})"
        + $" et {NameOf(professionalId, second)} (début {second.FromDate.ToDate():dd/MM/yyyy}).";

    public static bool IsGeneralPractice(string table, string code, string? savoirFaire) =>
        table == "TRE_G15" && code == "10" && GeneralPractice.Contains(savoirFaire ?? "");

    /// <summary>
    /// <c>professionals/{id}/activities/{uuid}</c>, the uuid made of what the activity is and its first day: importing the
    /// same file again finds the same activity.
    /// </summary>
    public static string NameOf(string professionalId, Activity activity) =>
        $"{Names.Professionals}{professionalId}/activities/"
        + AggregateId.Of($"{professionalId}/{activity.Organisation}/{activity.ProfessionTable}/{activity.ProfessionCode}/{(int)activity.Mode}/{activity.FromDate.ToDate():O}");

    /// <summary>In an order of their own, so that the order in a file does not make a change.</summary>
    public static void Canonicalise(Google.Protobuf.Collections.RepeatedField<Activity> activities)
    {
        foreach (var activity in activities)
        {
            activity.ActivityName = "";
        }

        var ordered = activities
            .OrderBy(a => a.FromDate.ToDate())
            .ThenBy(a => a.Organisation, StringComparer.Ordinal)
            .ThenBy(a => a.ProfessionTable, StringComparer.Ordinal)
            .ThenBy(a => a.ProfessionCode, StringComparer.Ordinal)
            .ThenBy(a => a.Mode)
            .ToList();
        activities.Clear();
        activities.Add(ordered);
    }

    /// <summary>
    /// Closed in 2020 or moved: psychologists are TRE_R95/93, no longer TRE_G15/93; TRE_R94 200 to 213 and TRE_R95
    /// 17x and 19x are closed (NOS, DOMAIN §3).
    /// </summary>
    private static bool IsObsolete(Activity activity) => (activity.ProfessionTable, activity.ProfessionCode) switch
    {
        ("TRE_G15", "93") => true,
        ("TRE_R94", { Length: 3 } code) => string.CompareOrdinal(code, "200") >= 0 && string.CompareOrdinal(code, "213") <= 0,
        ("TRE_R95", { Length: 3 } code) => code.StartsWith("17", StringComparison.Ordinal) || code.StartsWith("19", StringComparison.Ordinal),
        _ => false,
    };
}
