using Intervision.Membership.Identifiers;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>
/// What is said of a person: its canonical form and what can be wrong in it, whoever says it. Messages never repeat a
/// name, a number or a mailbox.
/// </summary>
internal static class ProfessionalContent
{
    public static void Canonicalise(Professional person)
    {
        person.Rpps = Keys.Canonical(person.Rpps);
        person.FamilyName = Texts.Canonical(person.FamilyName);
        person.GivenName = Texts.Canonical(person.GivenName);
        person.Mssante = MsSante.Canonical(person.Mssante);
        Activities.Canonicalise(person.Activities);
    }

    /// <summary>What is wrong in itself in a canonical person, in field order; empty when nothing is. Overlaps are looked at apart.</summary>
    public static IEnumerable<FieldViolation> Wrong(Professional person) =>
        OfIdentity(person).Concat(OfMailbox(person)).Concat(OfDates(person)).Concat(OfActivities(person));

    private static IEnumerable<FieldViolation> OfIdentity(Professional p)
    {
        if (!(Names.IdOf(Names.Professionals, p.Name) is { } id && Texts.IsProfessionalId(id)))
        {
            yield return Of("name", "NAME_INVALID", "Le nom de ressource doit avoir la forme « professionals/{identifiant} ».");
        }

        if (p.Rpps.Length > 0 && !Rpps.IsValid(p.Rpps))
        {
            yield return Of("rpps", "RPPS_INVALID", "Le numéro RPPS n'a pas onze chiffres ou sa clé est fausse.");
        }

        if (!Texts.IsLabel(p.FamilyName, 100))
        {
            yield return Of("family_name", "FAMILY_NAME_INVALID", "Le nom de famille est vide ou trop long.");
        }

        if (!Texts.IsLabel(p.GivenName, 100))
        {
            yield return Of("given_name", "GIVEN_NAME_INVALID", "Le prénom est vide ou trop long.");
        }
    }

    private static IEnumerable<FieldViolation> OfMailbox(Professional p)
    {
        if (MsSante.IsPatient(p.Mssante))
        {
            yield return Of(
                "mssante", "MSSANTE_PATIENT", "Cette adresse est une messagerie de patient : elle contient un matricule INS et ne peut pas être celle d'un professionnel.");
        }
        else if (p.Mssante.Length > 0 && !MsSante.IsProfessional(p.Mssante))
        {
            yield return Of("mssante", "MSSANTE_INVALID", "L'adresse n'est pas une adresse MSSanté de professionnel.");
        }
    }

    private static IEnumerable<FieldViolation> OfDates(Professional p)
    {
        if (p.CharterAcceptedDate is not null && p.CharterAcceptedDate.ToDate() is null)
        {
            yield return Of("charter_accepted_date", "CHARTER_DATE_INVALID", "La date d'acceptation de la charte n'est pas une date.");
        }

        if (!Enum.IsDefined(p.IdentifierSource))
        {
            yield return Of("identifier_source", "IDENTIFIER_SOURCE_INVALID", "L'origine des identifiants n'est pas dans la liste.");
        }

        if (p.IdentifierVerifiedDate is not null && p.IdentifierVerifiedDate.ToDate() is null)
        {
            yield return Of("identifier_verified_date", "IDENTIFIER_VERIFIED_DATE_INVALID", "La date de vérification des identifiants n'est pas une date.");
        }
    }

    private static IEnumerable<FieldViolation> OfActivities(Professional p)
    {
        if (p.Activities.Count > Activities.Maximum)
        {
            yield return Of("activities", "TOO_MANY_ACTIVITIES", $"Une personne a au plus {Activities.Maximum} activités.");
        }

        for (var i = 0; i < p.Activities.Count; i++)
        {
            if (Activities.Problem(p.Activities[i]) is var (reason, french))
            {
                yield return Of($"activities[{i}]", reason, french);
            }
        }
    }

    private static FieldViolation Of(string field, string reason, string french) => new($"professional.{field}", reason, french);
}
