using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.IdentifyingText;

/// <summary>Bounded free texts: length first, then the scanner. Lengths count Unicode characters, trimmed. The seats of
/// the pôle (INSEE codes) may be named in them.</summary>
internal static class Texts
{
    /// <summary>The question to the table: 10 to 500 characters.</summary>
    public static IReadOnlyList<TextWarning> Question(Violations violations, string field, string text, IReadOnlyCollection<string>? seats = null)
    {
        var length = Length(text);
        violations.Check(length >= 10, field, "QUESTION_TOO_SHORT", "La question compte 10 caractères au moins.");
        return violations.Check(length <= 500, field, "QUESTION_TOO_LONG", "La question compte 500 caractères au plus.")
            ? Scanner.Check(violations, field, text, seats)
            : [];
    }

    /// <summary>A text of at most so many characters, which may be empty. Too long a text is not scanned.</summary>
    public static IReadOnlyList<TextWarning> AtMost(Violations violations, string field, string text, int maximum, IReadOnlyCollection<string>? seats = null) =>
        violations.Check(Length(text) <= maximum, field, "TEXT_TOO_LONG", $"Ce texte compte {maximum} caractères au plus.")
            ? Scanner.Check(violations, field, text, seats)
            : [];

    private static int Length(string text)
    {
        var count = 0;
        foreach (var _ in text.AsSpan().Trim().EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
