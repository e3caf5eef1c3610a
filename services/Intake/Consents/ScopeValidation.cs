using Intervision.Intake.ReferenceLists;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>What is known of everything a recorded answer names.</summary>
internal sealed record ConsentFacts(ReferenceCodes Codes, IReadOnlyCollection<string> KnownPeople)
{
    public static async Task<ConsentFacts> Load(Tx tx, ConsentScope? scope) => new(
        await ReferenceCodes.Load(tx),
        scope is null or { ExcludedPeople.Count: 0 }
            ? []
            : await tx.Query<string>("select name from professional where name = any (@people)", new { people = scope.ExcludedPeople.ToArray() }));

    /// <summary>Any version, while nobody has listed those in force.</summary>
    public bool IsCurrentNotice(string version) => !Codes.Knows(ReferenceCodes.Notice) || Codes.Has(ReferenceCodes.Notice, version);
}

/// <summary>Checks a scope in the field order of the proto.</summary>
internal static class ScopeValidation
{
    private const int Most = 20;

    public static void Check(Violations v, ConsentScope? scope, Case of, ConsentFacts facts)
    {
        if (scope is null)
        {
            return;
        }

        v.Check(
            scope.CategoriesInformed.All(c => Enum.IsDefined(c) && c != ParticipantCategory.Unspecified)
                && scope.CategoriesInformed.Distinct().Count() == scope.CategoriesInformed.Count,
            "scope.categories_informed", "CATEGORY_INVALID", "Une catégorie de participants est inconnue ou citée deux fois.");
        v.Check(
            scope.ExcludedPeople.Count <= Most && scope.ExcludedPeople.All(facts.KnownPeople.Contains),
            "scope.excluded_people", "UNKNOWN_PERSON", "Vingt personnes écartées au plus, toutes de l'annuaire.");
        v.Check(
            !scope.ExcludedPeople.Contains(of.Requester),
            "scope.excluded_people", "EXCLUDED_IS_REQUESTER", "Le demandeur ne peut pas être écarté de sa propre demande.");
        v.Check(
            scope.ExcludedTopics.Count <= Most && scope.ExcludedTopics.All(t => facts.Codes.Has(ReferenceCodes.Topic, t)),
            "scope.excluded_topics", "UNKNOWN_TOPIC", "Ce sujet n'est pas dans la liste.");
        v.Check(
            Enum.IsDefined(scope.PatientParticipation),
            "scope.patient_participation", "PARTICIPATION_INVALID", "Le souhait du patient est : ne pas venir, venir à une partie, venir à tout.");
    }
}
