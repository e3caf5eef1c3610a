using Intervision.Intake.V1;

namespace Intervision.Intake.Consents;

/// <summary>To whom, about what and how far the patient agrees, as a decision uses it.</summary>
/// <param name="Categories">Informed of; never empty.</param>
/// <param name="ExcludedPeople">professionals/{id}.</param>
/// <param name="ExcludedTopics">Codes of the list topic.</param>
/// <param name="Participation">The patient's own wish.</param>
internal sealed record Scope(
    IReadOnlyList<ParticipantCategory> Categories,
    IReadOnlyList<string> ExcludedPeople,
    IReadOnlyList<string> ExcludedTopics,
    PatientParticipation Participation)
{
    /// <summary>
    /// What the standard notice names: an attestation that does not say more, such as that of a deposit, stands for it.
    /// Observers are in no standard notice: they are told of, or are not there.
    /// </summary>
    public static readonly IReadOnlyList<ParticipantCategory> StandardNotice =
        [ParticipantCategory.HealthProfessional, ParticipantCategory.ListedProfessional, ParticipantCategory.Expert];

    /// <summary>Before anything was said: nobody excluded.</summary>
    public static readonly Scope Standard = new(StandardNotice, [], [], PatientParticipation.Unspecified);

    public bool Informs(ParticipantCategory category) => Categories.Contains(category);

    public bool Excludes(string professional) => ExcludedPeople.Contains(professional);

    /// <summary>Somebody may hear, or something may be said, that could not be before.</summary>
    public bool IsWidenedBy(Scope next) =>
        next.Categories.Except(Categories).Any()
        || ExcludedPeople.Except(next.ExcludedPeople, StringComparer.Ordinal).Any()
        || ExcludedTopics.Except(next.ExcludedTopics, StringComparer.Ordinal).Any();

    public ConsentScope ToProto()
    {
        var scope = new ConsentScope { PatientParticipation = Participation };
        scope.CategoriesInformed.Add(Categories);
        scope.ExcludedPeople.Add(ExcludedPeople);
        scope.ExcludedTopics.Add(ExcludedTopics);
        return scope;
    }
}
