namespace Intervision.Indemnisation.Bank;

/// <summary>What a bank can say of a payment.</summary>
internal enum Word
{
    /// <summary>Nothing that we know: the line is refused.</summary>
    NotUnderstood,

    /// <summary>Received, checked, in progress, or of some payments only: noted, not paid.</summary>
    Noted,

    /// <summary>The debtor's account was debited for good.</summary>
    Paid,

    /// <summary>Refused before it was executed.</summary>
    Rejected,

    /// <summary>Executed, and the money came back.</summary>
    Returned,
}

/// <summary>Of what it is said.</summary>
internal enum Scope
{
    /// <summary>Of one payment, by its EndToEndId.</summary>
    Payment,

    /// <summary>Of all payments of a PmtInf that are not named one by one.</summary>
    Instruction,

    /// <summary>Of all payments of a file that are not named one by one.</summary>
    Message,
}

/// <summary>One thing said in a file of the bank, as it stands there: nothing is judged yet.</summary>
internal sealed record Statement
{
    /// <summary>Rank in the file, from 1.</summary>
    public required int Position { get; init; }

    /// <summary>Where it begins in the file, from 1.</summary>
    public required int Line { get; init; }

    public required Scope Scope { get; init; }

    /// <summary>EndToEndId, PmtInfId or MsgId; empty when the file does not say.</summary>
    public required string Reference { get; init; }

    public required Word Word { get; init; }

    /// <summary>As the file has it: ACSC, RJCT, BOOK …</summary>
    public string Status { get; init; } = "";

    /// <summary>ISO reason code; NARR for one of the bank's own, which may be any text.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Empty when the file does not say.</summary>
    public string Amount { get; init; } = "";

    public string Currency { get; init; } = "";

    /// <summary>pain.002: MsgId of the file it answers.</summary>
    public string? OriginalMessage { get; init; }

    /// <summary>IBAN of the account it was debited from or credited to, when the file says.</summary>
    public string? Account { get; init; }
}
