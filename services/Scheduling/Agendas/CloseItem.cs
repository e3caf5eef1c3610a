using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Agendas;

/// <summary>
/// Ends the discussion of one situation, with those who were there for it. Consent is asked again of Intake before the
/// session is locked: a withdrawal whose word is still on its way stops the item (DESIGN §7.12).
/// </summary>
internal sealed class CloseItem(Db db, ConsentCheck consents)
{
    private const int MostPresent = 100;

    public Task<CloseItemResponse> Handle(CloseItemRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var (seen, _) = await SessionVerb.Look(tx, call, request.Name, request.Etag, (a, m) => a.Leads(m));
            Validate(request);
            var present = await People.MustKnow(tx, request.Present, seen.Date);
            MustClose(seen, request.Case, [.. present.Values]);
            var answer = await consents.AskAgain(seen, request.Case, present, call);
            var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Leads(m));
            var saved = await MeetingStore.Save(tx, call.Now, meeting, Decide(meeting, answer, [.. present.Values], call.Now));
            var notTied = answer.Allowed && !(await Pole.Of(tx, meeting.Pole)).OpenToMembers ? NotTied(meeting, request.Case, request.Present) : [];
            if (ConsentCheck.IsNoRefusal(answer.Reason))
            {
                await WaitingList.Return(tx, [answer.Case]);
            }

            return new CloseItemResponse { Session = SessionView.For(saved, actor), NotTied = { notTied } };
        });
    }

    /// <summary>Discussed; or off the agenda, as at the opening, when Intake does not allow it.</summary>
    internal static Decided Decide(Meeting meeting, ConsentAnswer answer, IReadOnlyCollection<Person> present, DateTimeOffset now)
    {
        var item = MustClose(meeting, answer.Case, present);
        if (!answer.Allowed)
        {
            return new Decided(
                meeting.Without(item, answer.Reason), new CaseUnscheduled { Session = meeting.Name, Case = item.Case, Reason = answer.Reason });
        }

        MustBeAmongThemselves(meeting, item, answer, [.. present.Select(p => p.Name)]);
        var discussed = item with
        {
            State = AgendaItem.Types.State.Discussed,
            Present = [.. present.Select(p => p.Name).Order(StringComparer.Ordinal)],
            DiscussTime = now,
        };
        return new Decided(meeting.With(discussed), new CaseDiscussed { Session = meeting.Name, Case = item.Case, DiscussTime = now.ToProto() });
    }

    private static Item MustClose(Meeting meeting, string caseName, IReadOnlyCollection<Person> present)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Open);
        var item = StartItem.MustBeOpen(meeting, caseName);
        StartItem.MustBeAlone(meeting, caseName);
        if (!HasTwoStructures(meeting, present))
        {
            throw RuleBroken.NotNow("TWO_STRUCTURES_REQUIRED", "Une situation n'est évoquée qu'entre deux structures au moins.", "PRESENCE", meeting.Name);
        }

        return item;
    }

    /// <summary>
    /// Whoever must leave for this item has left: by the patient's choice, which only the one who leads the session is told
    /// (the names are in the preconditions, never in the message that logs may keep); and observers when the patient came (S10).
    /// </summary>
    private static void MustBeAmongThemselves(Meeting meeting, Item item, ConsentAnswer answer, IReadOnlyList<string> present)
    {
        if (present.Where(p => answer.Notice?.LeavingPeople.Contains(p) ?? false).ToList() is { Count: > 0 } excluded)
        {
            throw RuleBroken.NotNow(
                "EXCLUDED_PERSON_PRESENT", "Une personne dite présente ne devait pas entendre cette situation : elle la quitte, ou n'en est pas.", "PRESENCE", string.Join(' ', excluded));
        }

        if (item.PatientPresences.Count > 0 && NotTied(meeting, item.Case, present) is { Count: > 0 } observers)
        {
            throw RuleBroken.NotNow(
                "OBSERVER_WITH_PATIENT", "Le patient ou un proche était là : les observateurs quittent la situation.", "PRESENCE", string.Join(' ', observers));
        }
    }

    private static IReadOnlyList<string> NotTied(Meeting meeting, string caseName, IEnumerable<string> present) =>
        [.. present.Where(p => !Tied.To(meeting, caseName, p)).Order(StringComparer.Ordinal)];

    /// <summary>
    /// C5. The structure of a person is that of the attendance line where there is one, else any of the person's
    /// activities on the date; one person alone never counts for two.
    /// </summary>
    internal static bool HasTwoStructures(Meeting meeting, IReadOnlyCollection<Person> present)
    {
        var structures = present.Select(p => StructuresOf(meeting, p)).Where(s => s.Count > 0).ToList();
        return structures.Count >= 2 && structures.SelectMany(s => s).Distinct(StringComparer.Ordinal).Count() >= 2;
    }

    private static IReadOnlySet<string> StructuresOf(Meeting meeting, Person person) =>
        meeting.Attendance.FirstOrDefault(l => l.Professional == person.Name)?.Capacity.Organisation is { Length: > 0 } organisation
            ? new HashSet<string>(StringComparer.Ordinal) { organisation }
            : person.Organisations;

    private static void Validate(CloseItemRequest request)
    {
        var broken = new Violations();
        broken.Check(request.Case.StartsWith("cases/", StringComparison.Ordinal), "case", "CASE_NAME_INVALID", "Le nom de la situation est attendu : cases/….");
        broken.Check(request.Present.Count is > 0 and <= MostPresent, "present", "PRESENT_COUNT_INVALID", $"De 1 à {MostPresent} personnes présentes.");
        broken.Check(request.Present.Distinct(StringComparer.Ordinal).Count() == request.Present.Count, "present", "DUPLICATE_PERSON", "Une personne est nommée deux fois.");
        broken.ThrowIfAny();
    }
}
