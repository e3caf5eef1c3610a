using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>What is asked of a person whom somebody enters, beyond what an import row must be.</summary>
internal static class ProfessionalEdits
{
    /// <exception cref="RuleBroken">INVALID_ARGUMENT with all that is wrong in it.</exception>
    public static void MustBeRight(Professional person, DateOnly today)
    {
        var wrong = new Violations();
        foreach (var violation in ProfessionalContent.Wrong(person))
        {
            wrong.Add(violation);
        }

        wrong.Check(
            person.IdentifierVerifiedDate.ToDate() is not { } verified || verified <= today,
            "professional.identifier_verified_date",
            "IDENTIFIER_VERIFIED_DATE_IN_FUTURE",
            "Les identifiants ne peuvent avoir été vérifiés dans l'avenir.");
        wrong.ThrowIfAny();
    }

    /// <summary>An import may name a pôle that comes after it; a person names one that is there.</summary>
    /// <exception cref="RuleBroken">INVALID_ARGUMENT: UNKNOWN_ORGANISATION, UNKNOWN_POLE.</exception>
    public static async Task MustReferToKnown(Tx tx, IReadOnlyCollection<Activity> activities)
    {
        var organisations = await Unknown(tx, "organisation", "identifier", activities.Select(a => Names.IdOf(Names.Organisations, a.Organisation)!));
        var poles = await Unknown(tx, "pole", "code", activities.Where(a => a.Pole.Length > 0).Select(a => Names.IdOf(Names.Poles, a.Pole)!));
        var wrong = new Violations();
        wrong.Check(
            organisations.Count == 0, "activity.organisation", "UNKNOWN_ORGANISATION", $"L'activité se réfère à une organisation inconnue : {Territories.Some(organisations)}.");
        wrong.Check(poles.Count == 0, "activity.pole", "UNKNOWN_POLE", $"L'activité se réfère à un pôle inconnu : {Territories.Some(poles)}.");
        wrong.ThrowIfAny();
    }

    /// <summary>Nobody else takes the number until this transaction ends.</summary>
    /// <exception cref="RuleBroken">ALREADY_EXISTS/RPPS_TAKEN, which names who has it.</exception>
    public static async Task MustBeFree(Tx tx, string id, string rpps)
    {
        if (rpps.Length == 0)
        {
            return;
        }

        await tx.Execute("select pg_advisory_xact_lock(hashtextextended('rpps ' || @rpps, 0))", new { rpps });
        var owner = await tx.SingleOrDefault<string>("select professional_id from professional where rpps = @rpps and professional_id <> @id", new { rpps, id });
        if (owner is not null)
        {
            var name = Names.Professionals + owner;
            throw RuleBroken.Exists("RPPS_TAKEN", $"Ce numéro RPPS est déjà celui de {name}.", ("name", name));
        }
    }

    private static Task<IReadOnlyList<string>> Unknown(Tx tx, string table, string key, IEnumerable<string> said) =>
        tx.Query<string>($"select k from unnest(@keys) k except select {key} from {table} order by 1", new { keys = said.ToArray() });
}
