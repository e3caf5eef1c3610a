using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>
/// Which new partners presented themselves in the first quarter of an hour. This service keeps no structures: whatever
/// has the form of a name is said, and the directory, which knows them, sorts it out.
/// </summary>
internal sealed class RecordPresentations(Db db)
{
    private const int Most = 50;

    public Task<RecordPresentationsResponse> Handle(RecordPresentationsRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.LeadsOrOrganises(m));
            Check(request.Organisations);
            var decided = Decide(meeting, request.Organisations);
            var saved = decided.Events.Count == 0 ? meeting : await MeetingStore.Save(tx, call.Now, meeting, decided);
            return new RecordPresentationsResponse { Session = SessionView.For(saved, actor) };
        });
    }

    /// <summary>Says those not said before; nothing when all were.</summary>
    internal static Decided Decide(Meeting meeting, IEnumerable<string> organisations)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Open, SessionState.Held);
        var fresh = organisations.Except(meeting.PresentedPartners, StringComparer.Ordinal).ToList();
        return fresh.Count == 0
            ? new Decided(meeting)
            : new Decided(
                meeting with { PresentedPartners = [.. meeting.PresentedPartners, .. fresh] },
                new PartnersPresented { Session = meeting.Name, Programme = meeting.Programme, Organisations = { fresh }, Date = meeting.Date.ToProto() });
    }

    private static void Check(IReadOnlyList<string> organisations)
    {
        var violations = new Violations();
        violations.Check(
            organisations.Count is >= 1 and <= Most, "organisations", "ORGANISATIONS_INVALID", $"De une à {Most} structures se présentent.");
        violations.Check(
            organisations.All(IsName), "organisations", "NAME_INVALID", "Le nom d'une structure a la forme « organisations/590000014 ».");
        violations.ThrowIfAny();
    }

    private static bool IsName(string name) =>
        name.StartsWith("organisations/", StringComparison.Ordinal)
        && name["organisations/".Length..] is { Length: >= 1 and <= 40 } id && id.All(char.IsAsciiLetterOrDigit);
}
