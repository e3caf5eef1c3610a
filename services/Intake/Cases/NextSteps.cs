using Intervision.Intake.V1;

namespace Intervision.Intake.Cases;

/// <summary>What is expected next, for people.</summary>
internal static class NextSteps
{
    /// <summary>DOMAIN §5 C8.</summary>
    public const string Emergency = "L'intervision n'est pas un dispositif d'urgence : appelez le 15, le 18 ou le 119.";

    private const string ToConfirm = "Un professionnel de santé doit confirmer l'information du patient : l'accord déclaré reste sans effet jusque-là.";

    /// <param name="told">A mail about an urgent request is on its way.</param>
    public static string Notice(Case submitted, bool told) => submitted switch
    {
        { Urgent: false } => Ahead(submitted),
        { State: CaseState.ConsentRefused } => $"{Emergency} {Of(submitted)}",
        _ when !told => $"{Emergency} La demande est signalée comme urgente dans la liste de travail. {Ahead(submitted)}",
        { Pole: null } => $"{Emergency} La coordination régionale en est alertée par courriel. {Ahead(submitted)}",
        _ => $"{Emergency} La coordination et le référent du pôle en sont alertés par courriel. {Ahead(submitted)}",
    };

    /// <summary>Whoever deposits is told at once that what was declared is not yet in force.</summary>
    private static string Ahead(Case of) => of is { State: CaseState.Submitted, Declared: not null } ? $"{Of(of)} {ToConfirm}" : Of(of);

    public static string Of(Case from) => from.State switch
    {
        CaseState.Draft => "Compléter la demande.",
        CaseState.Submitted when from.Pole is null => "Choix du pôle par la coordination régionale.",
        CaseState.Submitted => "Tri par le référent ou la coordination du pôle.",
        CaseState.InTriage => "Fin du tri par le référent ou la coordination du pôle.",
        CaseState.AwaitingConsent when from is { Consent: ConsentStatus.NotCollected, Declared: not null } => ToConfirm,
        CaseState.AwaitingConsent => "Informer le patient et recueillir son accord.",
        CaseState.InPreparation when from.SheetAuthor is null => "Rédiger la fiche de situation.",
        CaseState.InPreparation => "Relecture de la fiche par une seconde personne.",
        CaseState.Ready => "Inscription à l'ordre du jour d'une séance.",
        CaseState.Scheduled => "Séance d'intervision.",
        CaseState.Discussed => "Formaliser les décisions.",
        CaseState.Decided => "Restituer au patient.",
        CaseState.ReportedBack => "Ouvrir la fiche de suivi.",
        CaseState.InFollowUp => "Dire l'issue à trois et six mois, puis clore.",
        CaseState.ConsentWithdrawn => "Accord retiré : rien ne se poursuit sans un nouvel accord.",
        CaseState.ConsentRefused => "Refus du patient : la demande s'arrête et la question est effacée.",
        _ => "Aucune : le dossier est terminé.",
    };
}
