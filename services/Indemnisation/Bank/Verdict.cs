using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Bank;

/// <summary>What becomes of one thing the bank said.</summary>
internal abstract record Verdict
{
    /// <param name="Outcome">As answered and kept.</param>
    /// <param name="Payment">As it stands now; null when it is none of ours, or of all.</param>
    public sealed record Taken(BankLine.Types.Outcome Outcome, Told? Payment) : Verdict;

    /// <summary>It cannot be: the whole file is refused.</summary>
    /// <param name="Reason">UPPER_SNAKE_CASE, part of the API.</param>
    /// <param name="French">Sentence of what does not fit; nothing of the file in it that may be text of people.</param>
    public sealed record Bad(string Reason, string French) : Verdict;
}
