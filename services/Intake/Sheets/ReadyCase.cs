using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Events.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Sheets;

/// <summary>
/// What Scheduling is told of a case that can be put on an agenda, in full: it needs no other source. Whoever the
/// patient excluded, or whose category was not told of, is left out: they cannot be invited (DOMAIN §4 b).
/// </summary>
internal static class ReadyCase
{
    public static async Task<CaseReady> Said(Tx tx, Case ready, DateTimeOffset now)
    {
        var scope = (await ConsentStore.Last(tx, ready)).Scope;
        var categories = await Categories.Of(tx, [.. ready.Actors.Append(ready.AttendingPhysician ?? "")], Paris.DateOf(now));
        return Of(ready, person => MayHear(scope, person, categories));
    }

    internal static CaseReady Of(Case ready, Func<string, bool> mayHear)
    {
        var physician = ready.AttendingPhysician ?? "";
        var told = physician.Length > 0 && mayHear(physician);
        var said = new CaseReady
        {
            Case = ready.Name,
            Programme = ready.Programme,
            Pole = ready.Pole,
            Requester = ready.Requester,
            AttendingPhysician = told ? physician : "",
            AttendingPhysicianAbsence = told ? V1.AttendingPhysicianAbsence.Unspecified
                : physician.Length > 0 ? V1.AttendingPhysicianAbsence.PatientRefuses : ready.PhysicianAbsence,
            SubmitTime = ready.SubmitTime.ToProto(),
            Urgent = ready.Urgent,
        };
        said.Actors.Add(ready.Actors.Where(a => a != ready.Requester && a != ready.AttendingPhysician && mayHear(a)));
        said.Availabilities.Add(Availabilities.FromStored(ready.Availabilities));
        return said;
    }

    /// <summary>Somebody the directory does not know yet is not decided against (DESIGN §7.19): the table asks again.</summary>
    private static bool MayHear(Scope scope, string person, IReadOnlyDictionary<string, V1.ParticipantCategory> categories) =>
        !scope.Excludes(person) && (!categories.TryGetValue(person, out var category) || scope.Informs(category));
}
