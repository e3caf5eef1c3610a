using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Reports.Statements;

/// <summary>One amount of a statement.</summary>
internal sealed class StatementLine
{
    public Guid Id { get; init; }

    public DateOnly SessionDate { get; init; }

    public string Pole { get; init; } = "";

    public string Person { get; init; } = "";

    public Component Component { get; init; }

    public int PresentMinutes { get; init; }

    public int Kilometres { get; init; }

    public long AmountCents { get; init; }

    public LineState State { get; init; }

    /// <summary>Why it is less than its rate: a cap.</summary>
    public string Reason { get; init; } = "";

    /// <summary>A counter-line: it takes back what another line gave.</summary>
    public bool IsCounter { get; init; }

    public Guid? Payment { get; init; }

    /// <summary>The day the bank was asked to pay; null before.</summary>
    public DateOnly? PaymentDate { get; init; }

    public bool IsPaid => State == LineState.Paid;

    public string Subject => (IsCounter ? "Régularisation : " : "") + Component switch
    {
        Component.FacilitatorSupplement => "supplément d'animation",
        Component.Travel => "déplacement",
        _ => "participation",
    };

    public string Standing => State switch
    {
        LineState.Calculated => "liquidée",
        LineState.Approved => "validée",
        LineState.Issued => "émise",
        LineState.Paid => "payée",
        LineState.Rejected => "rejetée par la banque",
        _ => "",
    };
}

/// <summary>What a payee was and will be paid for the sessions of a period.</summary>
internal sealed record Statement
{
    public string Payee { get; init; } = "";

    public string HolderName { get; init; } = "";

    public string Siret { get; init; } = "";

    /// <summary>Who pays.</summary>
    public string Payer { get; init; } = "";

    public DateOnly From { get; init; }

    public DateOnly Until { get; init; }

    /// <summary>The day it was made.</summary>
    public DateOnly Day { get; init; }

    public IReadOnlyList<StatementLine> Lines { get; init; } = [];

    public long TotalCents => Lines.Sum(l => l.AmountCents);

    /// <summary>Sent to the bank or confirmed by it.</summary>
    public long IssuedCents => Lines.Where(l => l.State is LineState.Issued or LineState.Paid).Sum(l => l.AmountCents);

    /// <summary>Without a dot or a slash of its own: a file name.</summary>
    public string FileName(string extension) =>
        $"releve-{Payee["payees/".Length..]}-{From:yyyyMMdd}-{Until:yyyyMMdd}.{extension}";
}
