using Intervision.Membership.V1;

namespace Intervision.Membership.Poles;

/// <summary>What a pôle must have to be active (DOMAIN §2): on a day, a référent in office, a host with a convention in force, a rhythm.</summary>
internal static class Activation
{
    /// <summary>Type of the preconditions that a pôle fails.</summary>
    public const string Type = "ACTIVATION";

    /// <param name="pole">As it is on the day: <see cref="Pole.Referent"/> is the référent in office then.</param>
    /// <param name="hostsWithConvention">Names of organisations with a convention in force on the day.</param>
    /// <returns>What is missing, one reason each; empty when the pôle can be active.</returns>
    public static IReadOnlyList<(string Reason, string French)> Missing(Pole pole, IReadOnlySet<string> hostsWithConvention)
    {
        var missing = new List<(string, string)>();
        if (pole.Referent.Length == 0)
        {
            missing.Add(("NO_REFERENT_IN_OFFICE", "Le pôle n'a pas de référent en fonction."));
        }

        if (!pole.OtherHosts.Append(pole.Host).Any(hostsWithConvention.Contains))
        {
            missing.Add(("NO_HOST_WITH_CONVENTION", "Aucune structure d'accueil du pôle n'a de convention en vigueur."));
        }

        if (!HasRhythm(pole))
        {
            missing.Add(("NO_RHYTHM", "Le rythme du pôle, ou son jour et son heure habituels, ne sont pas dits."));
        }

        return missing;
    }

    private static bool HasRhythm(Pole pole) => pole.Rhythm switch
    {
        Rhythm.Unspecified => false,
        Rhythm.OnDemand => true,
        _ => pole.Weekday != Weekday.Unspecified && pole.StartTime is not null,
    };
}
