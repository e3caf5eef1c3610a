using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Library;

/// <summary>A proposal as its verbs decide upon it; its text is in the vault of its case.</summary>
internal record Proposal
{
    public const int DaysToCool = 30;

    public Guid Id { get; init; }

    public Guid CaseId { get; init; }

    public string CaseCode { get; init; } = "";

    public long Version { get; init; }

    public LibraryProposal.Types.State State { get; init; }

    /// <summary>Why it was sent back, refused or not published; else empty.</summary>
    public string Reason { get; init; } = "";

    public string Proposer { get; init; } = "";

    public string? ProposerRpps { get; init; }

    public DateTimeOffset ProposeTime { get; init; }

    public string? Reviewer { get; init; }

    public DateTimeOffset? ReviewTime { get; init; }

    public DateTimeOffset UpdateTime { get; init; }

    public string Name => NameOf(Id);

    public bool IsLive => State is LibraryProposal.Types.State.Proposed or LibraryProposal.Types.State.SentBack or LibraryProposal.Types.State.Approved;

    /// <summary>The first day of the first quarter that begins after the cooling period. Null unless approved.</summary>
    public DateOnly? PublishDate => State == LibraryProposal.Types.State.Approved && ReviewTime is { } time ? Quarters.FromDay(Paris.DateOf(time.AddDays(DaysToCool))) : null;

    public static string NameOf(Guid id) => $"libraryProposals/{id}";

    /// <exception cref="RuleBroken">PROPOSAL_ENDED.</exception>
    public void MustBeLive()
    {
        if (!IsLive)
        {
            throw RuleBroken.NotNow("PROPOSAL_ENDED", "Cette proposition est terminée.", "STATE", Name, ("state", State.ToString()));
        }
    }

    /// <param name="tied">
    /// Whether it is for somebody tied to the case. Others would tell by the case and the day which published text is whose.
    /// </param>
    public LibraryProposal ToProto(bool tied) => new()
    {
        Name = Name,
        Case = tied ? $"cases/{CaseCode}" : "",
        State = State,
        Etag = ServiceDefaults.Persistence.Etag.Of(Version),
        Proposer = Proposer,
        ProposeTime = ProposeTime.ToProto(),
        Reason = Reason,
        PublishDate = tied ? PublishDate?.ToProto() : null,
    };
}
