using Intervision.Intake.IdentifyingText;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.Alerts;

/// <summary>The bounded texts of an alert, scanned like those of a case: they leave the house.</summary>
internal static class TextRules
{
    private const int Shortest = 10;
    private const int LongestFacts = 2000;
    private const int LongestRequest = 1000;
    private const int LongestAnswer = 2000;

    /// <returns>Suspicions for the validators.</returns>
    public static IReadOnlyList<TextWarning> Check(Violations v, AlertTexts? texts)
    {
        texts ??= new AlertTexts();
        return [.. Check(v, "texts.facts", texts.Facts, LongestFacts), .. Check(v, "texts.request", texts.Request, LongestRequest)];
    }

    /// <summary>An answer may be said without words.</summary>
    /// <returns>Suspicions.</returns>
    public static IReadOnlyList<TextWarning> CheckAnswer(Violations v, string answer) => Texts.AtMost(v, "answer", answer, LongestAnswer);

    private static IReadOnlyList<TextWarning> Check(Violations v, string field, string text, int longest)
    {
        v.Check(text.AsSpan().Trim().Length >= Shortest, field, "TEXT_TOO_SHORT", "Ce texte compte 10 caractères au moins.");
        return Texts.AtMost(v, field, text, longest);
    }
}
