using Intervision.ServiceDefaults.Time;
using static Intervision.Scheduling.V1.ProposeRepairResponse.Types;

namespace Intervision.Scheduling.Proposals;

/// <summary>One way out, and what it brings (the proto says of each member what it is).</summary>
internal sealed record Way(string French, params IReadOnlyList<Step> Steps)
{
    public int Changes { get; init; }

    public int WaitingAdded { get; init; }

    public IReadOnlyList<string> Lost { get; init; } = [];

    public IReadOnlyList<string> Gained { get; init; } = [];

    public IReadOnlyList<string> CasesWaiting { get; init; } = [];

    public bool RequiredMissing { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public bool ExplanationNeeded { get; init; }

    public Alternative ToProto(RegionSnapshot region) => new()
    {
        Message = French, Steps = { Steps }, Changes = Changes, WaitingDaysAdded = WaitingAdded, PeopleLost = { Lost }, PeopleGained = { Gained },
        CasesWaiting = { CasesWaiting }, RequiredMissing = RequiredMissing, Warnings = { Warnings }, Cases = { CasesMoved.By(Steps, region) }, ExplanationNeeded = ExplanationNeeded,
    };
}

internal static class Ranking
{
    private const int Most = 5;

    /// <summary>
    /// Nobody required missing and nobody back in the queue first; then what changes least; then who is lost; then the waiting.
    /// As good: in the order they were thought of.
    /// </summary>
    public static IEnumerable<Way> Of(IEnumerable<Way> ways) => ways
        .OrderBy(w => w.RequiredMissing)
        .ThenBy(w => w.CasesWaiting.Count)
        .ThenBy(w => w.Changes)
        .ThenBy(w => w.Lost.Count)
        .ThenBy(w => w.WaitingAdded)
        .Take(Most);
}

/// <summary>Calls, as they would be made now.</summary>
internal static class Steps
{
    public static Step SetExpert(StandingSession session, string expert) => On("SetExpert", session, professional: expert);

    public static Step SetFacilitator(StandingSession session, string facilitator) => On("SetFacilitator", session, professional: facilitator);

    public static Step AddSession(string pole, DateOnly date) => new() { Verb = "AddSession", Pole = pole, Date = date.ToProto() };

    public static Step AssignRoom(StandingSession session, string room)
    {
        var step = On("AssignRoom", session);
        step.Room = room;
        return step;
    }

    public static Step MoveSession(StandingSession session, DateOnly date)
    {
        var step = On("MoveSession", session);
        (step.Date, step.StartTime) = (date.ToProto(), session.StartTime.ToProto());
        return step;
    }

    public static Step MoveCase(StandingSession session, CaseAhead of, StandingSession to, string reason)
    {
        var step = On("MoveCase", session, of, reason);
        (step.ToSession, step.ToEtag) = (to.Name, to.Etag);
        return step;
    }

    /// <summary>On the session that an earlier step adds.</summary>
    public static Step MoveCaseThere(StandingSession session, CaseAhead of, string reason) => On("MoveCase", session, of, reason);

    /// <inheritdoc cref="MoveCaseThere"/>
    public static Step PlaceCaseThere(CaseAhead of) => new() { Verb = "PlaceCase", Case = of.Name };

    public static Step PlaceCase(StandingSession session, CaseAhead of) => On("PlaceCase", session, of, session.FreezeTime is null ? "" : "PATIENT_AT_RISK");

    public static Step Cancel(StandingSession session, string reason) => On("CancelSession", session, reason: reason);

    private static Step On(string verb, StandingSession session, CaseAhead? of = null, string reason = "", string professional = "") =>
        new() { Verb = verb, Session = session.Name, Etag = session.Etag, Case = of?.Name ?? "", Reason = reason, Professional = professional };
}
