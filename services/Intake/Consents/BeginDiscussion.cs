using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>
/// May this case be spoken of in this session, and before whom? Asked by Scheduling at the opening and for each item;
/// answered and remembered under the case's row lock, which a withdrawal takes too: one of the two comes first
/// (DESIGN §7.12).
/// </summary>
internal sealed class BeginDiscussion(Db db)
{
    public const string ConsentNotGranted = "CONSENT_NOT_GRANTED";
    public const string CaseNotScheduled = "CASE_NOT_SCHEDULED";
    public const string NobodyMayHear = "NOBODY_MAY_HEAR";

    private const int MostPeople = 200;

    /// <summary>
    /// Older instants are sessions entered from paper, answered as of then alone; nearer ones are now, whatever the
    /// clocks of two services say, so that a withdrawal just recorded is never overlooked.
    /// </summary>
    private static readonly TimeSpan Now = TimeSpan.FromMinutes(15);

    public Task<BeginDiscussionResponse> Handle(BeginDiscussionRequest request, Call call)
    {
        var instant = Validate(request, call.Now);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var found = await CaseStore.Lock(tx, request.Name) ?? throw RuleBroken.Denied();
            var asOf = await AsOf(tx, found, request.Session, instant);
            var present = instant > call.Now - Now;
            var answer = Answer(request, present ? [asOf, await AtPresent(tx, found, asOf)] : [asOf]);
            await Remember(tx, found, request.Session, instant, answer, call);
            return answer;
        });
    }

    /// <summary>
    /// Fails closed. READY counts as scheduled, because Scheduling's word that it is may still be on its way (DESIGN
    /// §7.19); a case already discussed in this very session may be asked again.
    /// </summary>
    /// <returns>Null when allowed, else the reason.</returns>
    internal static string? Decide(TableState at)
    {
        if (at.Consent != ConsentStatus.Granted)
        {
            return ConsentNotGranted;
        }

        return at.State is CaseState.Ready or CaseState.Scheduled || (at.State == CaseState.Discussed && at.AlreadyInThisSession)
            ? null
            : CaseNotScheduled;
    }

    /// <summary>Every state has to allow it; who must leave in one of them must leave.</summary>
    internal static BeginDiscussionResponse Answer(BeginDiscussionRequest request, IReadOnlyList<TableState> states)
    {
        var uninformed = request.Categories.Where(c => states.Any(s => !s.Scope.Informs(c))).Distinct().ToList();
        var excluded = request.People.Where(p => states.Any(s => s.Scope.Excludes(p))).Distinct(StringComparer.Ordinal).ToList();
        var nobody = (request.Categories.Count > 0 && request.Categories.All(uninformed.Contains))
            || (request.People.Count > 0 && request.People.All(excluded.Contains));
        var reason = states.Select(Decide).FirstOrDefault(r => r is not null) ?? (nobody ? NobodyMayHear : null);
        var answer = new BeginDiscussionResponse { Allowed = reason is null, Reason = reason ?? "" };
        answer.CategoriesNotInformed.Add(uninformed);
        answer.ExcludedPeople.Add(excluded);
        if (answer.Allowed)
        {
            answer.ExcludedTopics.Add(states.SelectMany(s => s.Scope.ExcludedTopics).Distinct(StringComparer.Ordinal));
            answer.PatientParticipation = states[^1].Scope.Participation;
        }

        return answer;
    }

    private static async Task<TableState> AsOf(Tx tx, Case found, string session, DateTimeOffset instant)
    {
        var row = await tx.Single<TableRow>(
            """
            select
              (select to_state from case_history where case_id = @Id and change_time <= @instant order by version desc limit 1) as state,
              exists (select from discussion where case_id = @Id and session = @session and allowed) as already_in_this_session
            """,
            new { found.Id, session, instant });
        var consent = await ConsentStore.AsOf(tx, found, instant);
        return new TableState(
            consent?.ConsentStatus ?? ConsentStatus.NotCollected,
            row.State is null ? CaseState.Unspecified : Enum.Parse<CaseState>(row.State),
            row.AlreadyInThisSession,
            consent?.Scope ?? Scope.Standard);
    }

    private static async Task<TableState> AtPresent(Tx tx, Case found, TableState asOf) =>
        asOf with { Consent = found.Consent, State = found.State, Scope = (await ConsentStore.Last(tx, found)).Scope };

    private static Task Remember(Tx tx, Case found, string session, DateTimeOffset instant, BeginDiscussionResponse answer, Call call) =>
        tx.Execute(
            """
            insert into discussion (case_id, no, session, instant, allowed, reason, categories_not_informed, excluded_people, record_time, asker)
            select @Id, coalesce(max(no), 0) + 1, @session, @instant, @Allowed, @Reason, @categories, @people, @Now, @Subject
            from discussion where case_id = @Id
            """,
            new
            {
                found.Id,
                session,
                instant,
                answer.Allowed,
                answer.Reason,
                categories = answer.CategoriesNotInformed.Select(c => c.ToString()).ToArray(),
                people = answer.ExcludedPeople.ToArray(),
                call.Now,
                call.Caller.Subject,
            });

    private static DateTimeOffset Validate(BeginDiscussionRequest request, DateTimeOffset now)
    {
        var violations = new Violations();
        violations.Check(SessionNames.IsValid(request.Session), "session", "SESSION_INVALID", "Le nom de la séance est obligatoire.");
        violations.Check(request.Instant is null || Instants.IsValid(request.Instant), "instant", "INSTANT_INVALID", "Cet instant n'existe pas.");
        violations.Check(
            request.Categories.All(c => Enum.IsDefined(c) && c != ParticipantCategory.Unspecified),
            "categories", "CATEGORY_INVALID", "Une catégorie de participants est inconnue.");
        violations.Check(request.People.Count <= MostPeople, "people", "TOO_MANY_PEOPLE", "Deux cents personnes au plus.");
        violations.ThrowIfAny();
        var instant = request.Instant?.ToDateTimeOffset() ?? now;
        violations.Check(instant <= now + Now, "instant", "INSTANT_IN_FUTURE", "L'instant demandé est à venir.");
        violations.ThrowIfAny();
        return instant;
    }

    private sealed class TableRow
    {
        public string? State { get; init; }

        public bool AlreadyInThisSession { get; init; }
    }
}

/// <summary>What counts at the table, as of an instant.</summary>
internal sealed record TableState(ConsentStatus Consent, CaseState State, bool AlreadyInThisSession, Scope Scope);
