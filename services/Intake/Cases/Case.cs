using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Cases;

/// <summary>A case as its verbs decide upon it: codes and names of resources, never a text from people.</summary>
internal sealed record Case
{
    public Guid Id { get; init; }

    /// <summary>SIT-XXXX-XXXX.</summary>
    public string Code { get; init; } = "";

    public long Version { get; init; }

    public CaseState State { get; init; }

    /// <summary>In force: attested, where that is needed.</summary>
    public ConsentStatus Consent { get; init; }

    /// <summary>What a deposit declares of an answer that waits for a health professional's attestation (ADR 0022).</summary>
    public ConsentStatus? Declared { get; init; }

    public string Programme { get; init; } = "";

    /// <summary>Null until triage settles it.</summary>
    public string? Pole { get; init; }

    public string[] CandidatePoles { get; init; } = [];

    /// <summary>Submitting organisation, or the caller: the first part of the intake key (DESIGN §7.8).</summary>
    public string Submitter { get; init; } = "";

    public string? SubmittingOrganisation { get; init; }

    public string Channel { get; init; } = "";

    public string ExternalId { get; init; } = "";

    public string Requester { get; init; } = "";

    /// <summary>From the directory, so that a token with the RPPS alone is recognised.</summary>
    public string? RequesterRpps { get; init; }

    public string[] Motives { get; init; } = [];

    public string AgeBand { get; init; } = "";

    public string Sex { get; init; } = "";

    public string[] Contexts { get; init; } = [];

    public string[] Products { get; init; } = [];

    public bool Urgent { get; init; }

    public string? AttendingPhysician { get; init; }

    public AttendingPhysicianAbsence PhysicianAbsence { get; init; }

    public string[] Actors { get; init; } = [];

    /// <summary>See <see cref="Availabilities"/>.</summary>
    public string[] Availabilities { get; init; } = [];

    public DateTimeOffset SubmitTime { get; init; }

    public DateTimeOffset UpdateTime { get; init; }

    public DateTimeOffset? AcceptTime { get; init; }

    public string? SheetAuthor { get; init; }

    public string? SheetAuthorRpps { get; init; }

    public string? SheetApprover { get; init; }

    public DateTimeOffset? SheetLockTime { get; init; }

    public string? DiscussedSession { get; init; }

    public DateTimeOffset? DiscussTime { get; init; }

    /// <summary>Since when it is in its state.</summary>
    public DateTimeOffset StateTime { get; init; }

    /// <summary>Why it was rejected or abandoned, where it was redirected to, or the outcome it was closed with.</summary>
    public string? EndCode { get; init; }

    /// <summary>The case that goes on instead.</summary>
    public Guid? DuplicateOf { get; init; }

    public string? DuplicateOfCode { get; init; }

    public string Name => $"cases/{Code}";

    public string Etag => ServiceDefaults.Persistence.Etag.Of(Version);

    /// <summary>States that end a request before it is closed with an outcome.</summary>
    public static IReadOnlyList<CaseState> Ends { get; } =
        [CaseState.Inadmissible, CaseState.Redirected, CaseState.Duplicate, CaseState.ConsentRefused, CaseState.Abandoned];

    public bool HasEnded => Ends.Contains(State);

    /// <exception cref="RuleBroken">FAILED_PRECONDITION with the reason, unless in one of the states.</exception>
    public void MustBe(string reason, string french, params ReadOnlySpan<CaseState> states)
    {
        if (!states.Contains(State))
        {
            throw RuleBroken.NotNow(reason, french, "STATE", Name, ("state", State.ToString()));
        }
    }

    public bool IsRequestedBy(Caller caller) =>
        caller.HasAny(Roles.Professional, Roles.Referent) && caller.Is(Requester, RequesterRpps);

    public bool IsReferredBy(Caller caller) =>
        caller.Has(Roles.Referent) && Pole is not null && caller.Poles.Contains(Pole);

    /// <summary>Référent or host coordinator of the pôle, or of a candidate while triage has not settled it.</summary>
    public bool IsOrganisedBy(Caller caller) =>
        caller.HasAny(Roles.Referent, Roles.HostCoordinator)
        && (Pole is not null ? caller.Poles.Contains(Pole) : CandidatePoles.Any(caller.Poles.Contains));

    public bool IsSubmittedByCpts(Caller caller) =>
        caller.Has(Roles.Cpts) && !string.IsNullOrEmpty(caller.Cpts) && SubmittingOrganisation == caller.Cpts;

    public bool IsVisibleTo(Caller caller) =>
        caller.Has(Roles.Coordinator) || IsRequestedBy(caller) || IsOrganisedBy(caller) || IsSubmittedByCpts(caller);
}
