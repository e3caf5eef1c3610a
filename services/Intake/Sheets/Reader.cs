using Intervision.Intake.Consents;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Sheets;

/// <summary>Who asks for a sheet, as the directory and the sessions know them on the day.</summary>
/// <param name="Names">professionals/{id} of the caller, by name or RPPS; none when the directory does not know them.</param>
/// <param name="Category">Of CSP R1110-2; <c>Unspecified</c> for neither.</param>
/// <param name="LeadsSession">Leads a session that has, or had, the case on its agenda.</param>
/// <param name="IsExpert">Is the expert of such a session.</param>
internal sealed record Reader(
    Caller Caller, IReadOnlyList<string> Names, ParticipantCategory Category, bool LeadsSession = false, bool IsExpert = false)
{
    /// <summary>What ties them to the case as it now is, the strongest first; none for a stranger.</summary>
    public IEnumerable<Tie> Ties(Case found) =>
        Enum.GetValues<Tie>().Where(tie => Is(tie, found) && SheetVisibility.Holds(tie, found.State));

    public bool IsExcludedFrom(Scope scope) => scope.Excludes(Caller.Subject) || Names.Any(scope.Excludes);

    private bool Is(Tie tie, Case found) => tie switch
    {
        Tie.Requester => found.IsRequestedBy(Caller),
        // A substitute leads the session of a case, not the cases of the pôle.
        Tie.Facilitator => found.IsReferredBy(Caller) || (LeadsSession && found.State is CaseState.Scheduled or CaseState.Discussed),
        Tie.AttendingPhysician => found.AttendingPhysician is { } physician && Names.Contains(physician),
        Tie.Expert => IsExpert,
        Tie.Actor => found.Actors.Any(Names.Contains),
        _ => false,
    };

    public static async Task<Reader> Of(Tx tx, Case found, Call call)
    {
        var row = await tx.Single<Row>(
            """
            with me as (select name from professional where name = @Subject or rpps = @Rpps),
            sessions as (
              select s.role from agenda_item i join session_person s using (session)
              where i.case_id = @Id and (i.status = 'SCHEDULED' or (i.status = 'DISCUSSED' and i.session = @lastTable))
                and s.professional in (select name from me))
            select array (select name from me) as names,
              exists (select from sessions where role = 'Facilitator') as leads_session,
              exists (select from sessions where role = 'Expert') as is_expert
            """,
            new { found.Id, call.Caller.Subject, call.Caller.Rpps, lastTable = LastTable(found) });
        var categories = await Categories.Of(tx, row.Names, Paris.DateOf(call.Now));
        var category = categories.Values.Where(c => c != ParticipantCategory.Unspecified).DefaultIfEmpty().Min();
        return new Reader(call.Caller, row.Names, category, row.LeadsSession, row.IsExpert);
    }

    /// <summary>The people of an earlier table are strangers again once the case is reopened for another.</summary>
    private static string? LastTable(Case found) =>
        found.State is CaseState.InPreparation or CaseState.Ready or CaseState.Scheduled ? null : found.DiscussedSession;

    private sealed class Row
    {
        public string[] Names { get; init; } = [];

        public bool LeadsSession { get; init; }

        public bool IsExpert { get; init; }
    }
}
