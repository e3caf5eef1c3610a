namespace Intervision.Indemnisation.Bank;

/// <summary>A payment of ours as it stands when the bank speaks of it.</summary>
internal sealed record Told
{
    public Guid Id { get; init; }

    public Guid Run { get; init; }

    /// <summary>Whether its run was released: else the bank cannot know it.</summary>
    public bool Issued { get; init; }

    /// <summary>IBAN it was debited from.</summary>
    public string DebtorIban { get; init; } = "";

    public long AmountCents { get; init; }

    public string Approver { get; init; } = "";

    public string Releaser { get; init; } = "";

    public bool Paid { get; init; }

    /// <summary>Rejected, or came back: its lines are free for another payment.</summary>
    public bool Rejected { get; init; }

    /// <summary>It was executed and came back.</summary>
    public bool Returned { get; init; }

    public DateTimeOffset ChangeTime { get; init; }

    public string Name => $"payments/{Id}";
}

/// <summary>A released run: what a file of the bank may answer.</summary>
internal sealed record Sent
{
    public Guid Id { get; init; }

    public string DebtorIban { get; init; } = "";
}
