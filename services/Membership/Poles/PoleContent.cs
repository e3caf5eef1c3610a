using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>What a pôle says of itself: its canonical form and what can be wrong in it, whoever says it. Pure.</summary>
internal static class PoleContent
{
    private const int MaximumOtherHosts = 100;

    /// <summary>Without what is output only but the référent, which an import says.</summary>
    public static void Canonicalise(Pole pole)
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

    /// <summary>What is wrong in itself, in field order; empty when nothing is. A draft may leave rhythm, day, time and first day unsaid.</summary>
    public static IReadOnlyList<FieldViolation> Wrong(Pole pole)
    {
        var wrong = new List<FieldViolation>();
        Must(Names.IdOf(Names.Poles, pole.Name) is { } code && Texts.IsPoleCode(code), "name", "NAME_INVALID", "Le nom de ressource doit avoir la forme « poles/P12 ».");
        Must(Texts.IsLabel(pole.DisplayName, 200), "display_name", "DISPLAY_NAME_INVALID", "Le nom du pôle est vide ou trop long.");
        Must(Names.IdOf(Names.Programmes, pole.Programme) is not null, "programme", "PROGRAMME_INVALID", "Le programme doit avoir la forme « programmes/ADDICTIONS ».");
        Must(Texts.IsInsee(pole.SeatCommune), "seat_commune", "COMMUNE_INVALID", "Le siège doit être donné par le code INSEE de sa commune.");
        Must(pole.Area.Length <= 40, "area", "AREA_INVALID", "La zone a au plus 40 caractères.");
        Must(Enum.IsDefined(pole.Rhythm), "rhythm", "RHYTHM_INVALID", "Le rythme n'est pas dans la liste.");
        Must(Enum.IsDefined(pole.Weekday), "weekday", "WEEKDAY_INVALID", "Le jour de la semaine n'est pas dans la liste.");
        Must(pole.StartTime is null || pole.StartTime.ToTime() is not null, "start_time", "START_TIME_INVALID", "L'heure de début n'est pas une heure.");
        Must(pole.DurationMinutes is >= 15 and <= 480, "duration_minutes", "DURATION_INVALID", "La durée doit être comprise entre 15 et 480 minutes.");
        Must(Enum.IsDefined(pole.Modality) && pole.Modality != Modality.Unspecified, "modality", "MODALITY_INVALID", "La modalité n'est pas dans la liste.");
        Must(IsNameOrNone(Names.Professionals, pole.Referent), "referent", "REFERENT_INVALID", "Le référent doit avoir la forme « professionals/{identifiant} ».");
        Must(IsNameOrNone(Names.Organisations, pole.Host), "host", "HOST_INVALID", "La structure d'accueil doit avoir la forme « organisations/590000014 ».");
        Must(
            pole.CoordinatorEmail.Length == 0 || Texts.IsEmail(pole.CoordinatorEmail), "coordinator_email", "EMAIL_INVALID",
            "L'adresse de la coordination n'est pas une adresse de courriel.");
        Must(
            pole.ActiveFromDate is null || pole.ActiveFromDate.ToDate() is not null, "active_from_date", "ACTIVE_FROM_DATE_INVALID",
            "La date de début d'activité n'est pas une date.");
        Must(pole.Communes.Count <= Territories.MaximumCommunes, "communes", "TERRITORY_TOO_LARGE", Territories.TooLarge);
        Must(pole.Communes.All(Texts.IsInsee), "communes", "COMMUNE_INVALID", Territories.Invalid);
        Must(Enum.IsDefined(pole.CoordinatorKind), "coordinator_kind", "COORDINATOR_KIND_INVALID", "Le type de coordination n'est pas dans la liste.");
        Must(
            IsNameOrNone(Names.Organisations, pole.Carrier), "carrier", "ORGANISATION_INVALID",
            "La structure porteuse doit avoir la forme « organisations/590000014 ».");
        Must(
            pole.OtherHosts.All(h => Names.IdOf(Names.Organisations, h) is not null), "other_hosts", "ORGANISATION_INVALID",
            "Une structure d'accueil doit avoir la forme « organisations/590000014 ».");
        Must(pole.OtherHosts.Count <= MaximumOtherHosts, "other_hosts", "TOO_MANY_HOSTS", $"Un pôle a au plus {MaximumOtherHosts} autres structures d'accueil.");
        return wrong;

        void Must(bool holds, string field, string reason, string french)
        {
            if (!holds)
            {
                wrong.Add(new FieldViolation($"pole.{field}", reason, french));
            }
        }
    }

    /// <summary>What an active pôle may not leave unsaid, in field order.</summary>
    public static IEnumerable<FieldViolation> Unsaid(Pole pole)
    {
        if (pole.Rhythm == Rhythm.Unspecified)
        {
            yield return new("pole.rhythm", "RHYTHM_INVALID", "Un pôle actif a un rythme.");
        }

        if (pole.Rhythm != Rhythm.OnDemand && pole.Weekday == Weekday.Unspecified)
        {
            yield return new("pole.weekday", "WEEKDAY_INVALID", "Un pôle actif a un jour habituel, sauf s'il se réunit à la demande.");
        }

        if (pole.Rhythm != Rhythm.OnDemand && pole.StartTime is null)
        {
            yield return new("pole.start_time", "START_TIME_INVALID", "Un pôle actif a une heure habituelle, sauf s'il se réunit à la demande.");
        }

        if (pole.ActiveFromDate is null)
        {
            yield return new("pole.active_from_date", "ACTIVE_FROM_DATE_INVALID", "Un pôle actif a une date de début d'activité.");
        }
    }

    private static bool IsNameOrNone(string collection, string name) => name.Length == 0 || Names.IdOf(collection, name) is not null;
}
