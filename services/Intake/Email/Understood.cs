using Intervision.Intake.IdentifyingText;
using Intervision.Intake.V1;

namespace Intervision.Intake.Email;

/// <summary>What an e-mail says that a case may keep.</summary>
/// <param name="Question">Null when none was found, or when it held anything that could tell who somebody is.</param>
/// <param name="Warnings">Why a question that was found is not kept.</param>
internal sealed record Understood(string? Question, IReadOnlyList<Availability> Availabilities, IReadOnlyList<TextWarning> Warnings)
{
    public static Understood From(EmailMessage message, DateOnly today)
    {
        var words = OwnWords.Of(message.Text);
        var question = FoundQuestion.In(words);
        // A mail was not written with the rules of a deposit in mind: a mere suspicion is enough to ask again.
        var findings = question is null ? [] : Scanner.Scan("question", question);
        return new Understood(
            findings.Count == 0 ? question : null,
            FoundAvailabilities.In(words, today),
            [.. findings.Select(f => new TextWarning { Field = f.Field, Start = f.Start, Length = f.Length, Reason = f.Reason, Message = f.French })]);
    }
}
