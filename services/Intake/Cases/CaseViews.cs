using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Cases;

/// <summary>What of a case is shown to whom: never a text; to the submitting CPTS code and state only.</summary>
internal static class CaseViews
{
    public static V1.Case View(this Case from, Caller caller)
    {
        var organises = caller.Has(Roles.Coordinator) || from.IsOrganisedBy(caller);
        var onlyCpts = !organises && !from.IsRequestedBy(caller);
        return onlyCpts && from.IsSubmittedByCpts(caller) ? CodeAndState(from) : Whole(from, organises);
    }

    private static V1.Case Whole(Case from, bool organises)
    {
        var view = CodeAndState(from);
        view.ConsentStatus = from.Consent;
        view.DeclaredConsentStatus = from.Consent == V1.ConsentStatus.NotCollected ? from.Declared ?? default : default;
        view.CandidatePoles.Add(from.CandidatePoles);
        view.Requester = from.Requester;
        view.Motives.Add(from.Motives);
        view.AgeBand = from.AgeBand;
        view.Sex = from.Sex;
        view.Contexts.Add(from.Contexts);
        view.Products.Add(from.Products);
        view.AttendingPhysician = from.AttendingPhysician ?? "";
        view.Actors.Add(from.Actors);
        view.Etag = from.Etag;
        // How a situation ended is for those who follow it, not for the CPTS.
        view.EndCode = from.EndCode ?? "";
        // Another request may concern other people: its existence is not for the requester of this one.
        view.DuplicateOf = organises && from.DuplicateOfCode is { } other ? $"cases/{other}" : "";
        return view;
    }

    private static V1.Case CodeAndState(Case from) => new()
    {
        Name = from.Name,
        Programme = from.Programme,
        Pole = from.Pole ?? "",
        State = from.State,
        Channel = from.Channel,
        ExternalId = from.ExternalId,
        Urgent = from.Urgent,
        SubmitTime = from.SubmitTime.ToProto(),
        UpdateTime = from.UpdateTime.ToProto(),
        NextStep = NextSteps.Of(from),
        StateTime = from.StateTime.ToProto(),
        // Whoever sent the request is told why it was not taken, and where to; never what became of the patient.
        EndCode = from.State is V1.CaseState.Inadmissible or V1.CaseState.Redirected ? from.EndCode ?? "" : "",
    };
}
