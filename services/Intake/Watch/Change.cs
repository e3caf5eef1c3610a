using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Watch;

/// <summary>A row of the history, with what decides who may see its case as of the reading.</summary>
internal sealed class Change
{
    /// <summary>Action under which an erased case stands in <c>case_change</c>.</summary>
    public const string Erasure = "EraseCase";

    /// <summary>What a watcher is told of: another state, or the end of everything. A condition on <c>case_change h</c>.</summary>
    public const string IsTold = $"(h.from_state is distinct from h.to_state or h.action = '{Erasure}')";

    public const string Columns =
        """
        h.no, h.xid::text as transaction, h.action, h.from_state, h.to_state, h.change_time, c.id as case_id, c.code, c.pole, c.candidate_poles,
        c.submitting_organisation, c.requester, p.rpps as requester_rpps
        """;

    private Case? facts;

    public long No { get; init; }

    public string Transaction { get; init; } = "";

    /// <summary>Of the statement that read it; the tail asks for it.</summary>
    public string Snapshot { get; init; } = "";

    public string Action { get; init; } = "";

    public CaseState? FromState { get; init; }

    public CaseState ToState { get; init; }

    public DateTimeOffset ChangeTime { get; init; }

    public Guid CaseId { get; init; }

    public string Code { get; init; } = "";

    public string? Pole { get; init; }

    public string[] CandidatePoles { get; init; } = [];

    public string? SubmittingOrganisation { get; init; }

    public string Requester { get; init; } = "";

    public string? RequesterRpps { get; init; }

    /// <summary><see cref="IsTold"/>.</summary>
    public bool MustBeTold => FromState != ToState || Action == Erasure;

    public bool IsVisibleTo(Caller caller) => (facts ??= new Case
    {
        Pole = Pole,
        CandidatePoles = CandidatePoles,
        SubmittingOrganisation = SubmittingOrganisation,
        Requester = Requester,
        RequesterRpps = RequesterRpps,
    }).IsVisibleTo(caller);

    public CaseChange Told() => new()
    {
        Case = $"cases/{Code}",
        State = ToState,
        ChangeTime = ChangeTime.ToProto(),
        Erased = Action == Erasure,
    };
}
