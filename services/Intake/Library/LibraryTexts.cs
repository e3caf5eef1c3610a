using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.Library;

/// <summary>The texts of a proposal, as they would be published.</summary>
internal static class LibraryTexts
{
    /// <summary>Name in the vault.</summary>
    public const string Field = "library";

    public static LibraryText Normal(LibraryText? text)
    {
        if (text is null)
        {
            throw RuleBroken.Invalid("text", "TEXT_MISSING", "Le texte est obligatoire.");
        }

        var normal = new LibraryText
        {
            Title = PublicText.Normal(text.Title),
            Situation = PublicText.Normal(text.Situation),
            Question = PublicText.Normal(text.Question),
            Orientation = PublicText.Normal(text.Orientation),
        };
        normal.Orientations.Add(text.Orientations);
        return normal;
    }

    /// <param name="text">Already <see cref="Normal"/>.</param>
    /// <exception cref="RuleBroken">See ProposeLibraryCase.</exception>
    public static void Check(LibraryText text)
    {
        var v = new Violations();
        PublicText.Check(v, "text.title", text.Title, 10, 120);
        PublicText.Check(v, "text.situation", text.Situation, 50, 3000);
        PublicText.Check(v, "text.question", text.Question, 10, 500);
        PublicText.Check(v, "text.orientation", text.Orientation, 20, 2000);
        v.Check(text.Orientations.Count is >= 1 and <= 5, "text.orientations", "ORIENTATIONS_COUNT", "De une à cinq orientations.");
        v.Check(text.Orientations.Distinct(StringComparer.Ordinal).Count() == text.Orientations.Count, "text.orientations", "ORIENTATION_TWICE", "Une orientation figure deux fois.");
        v.ThrowIfAny();
    }

    /// <summary>What needs the case to be known.</summary>
    /// <param name="decided">Orientation codes of the case's decisions.</param>
    /// <param name="written">What was written about the case before.</param>
    public static void CheckAgainst(LibraryText text, IReadOnlyCollection<string> decided, IReadOnlyList<string> written)
    {
        var v = new Violations();
        foreach (var (field, value) in new[] { ("title", text.Title), ("situation", text.Situation), ("question", text.Question), ("orientation", text.Orientation) })
        {
            v.Check(!CopiedText.IsIn(value, written), $"text.{field}", "COPIED_TEXT", "Ce texte reprend mot à mot la fiche, la question ou une décision : réécrivez-le.");
        }

        for (var i = 0; i < text.Orientations.Count; i++)
        {
            v.Check(decided.Contains(text.Orientations[i]), $"text.orientations[{i}]", "ORIENTATION_NOT_DECIDED", "Cette orientation n'a pas été décidée pour ce dossier.");
        }

        v.ThrowIfAny();
    }
}
