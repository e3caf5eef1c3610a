using Intervision.Intake.Cases;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Consents;

/// <summary>
/// May this case be spoken of in this session? Asked by Scheduling at the opening and for each item; answered and
/// remembered under the case's row lock, which a withdrawal takes too: one of the two comes first (DESIGN §7.12).
/// </summary>
internal sealed class BeginDiscussion(Db db)
{
    public const string ConsentNotGranted = "CONSENT_NOT_GRANTED";
    public const string CaseNotScheduled = "CASE_NOT_SCHEDULED";

    /// <summary>
    /// Older instants are sessions entered from paper, answered as of then alone; nearer ones are now, whatever the
    /// clocks of two services say, so that a withdrawal just recorded is never overlooked.
    /// </summary>
    private static readonly TimeSpan Now = TimeSpan.FromMinutes(15);

    public Task<BeginDiscussionResponse> Handle(BeginDiscussionRequest request, Call call)
    {
        call.Caller.MustHave(Roles.Service);
        var instant = Validate(request, call.Now);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var found = await CaseStore.Lock(tx, request.Name) ?? throw RuleBroken.Denied();
            var asOf = await AsOf(tx, found, request.Session, instant);
            var present = instant > call.Now - Now;
            var reason = Decide(asOf) ?? (present ? Decide(asOf with { Consent = found.Consent, State = found.State }) : null);
            await Remember(tx, found, request.Session, instant, reason, call);
            return new BeginDiscussionResponse { Allowed = reason is null, Reason = reason ?? "" };
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

    private static async Task<TableState> AsOf(Tx tx, Case found, string session, DateTimeOffset instant)
    {
        var row = await tx.Single<TableRow>(
            """
            select
              (select to_state from case_history where case_id = @Id and change_time <= @instant order by version desc limit 1) as state,
              exists (select from discussion where case_id = @Id and session = @session and allowed) as already_in_this_session
            """,
            new { found.Id, session, instant });
        return new TableState(
            await ConsentStore.AsOf(tx, found, instant) ?? ConsentStatus.NotCollected,
            row.State is null ? CaseState.Unspecified : Enum.Parse<CaseState>(row.State),
            row.AlreadyInThisSession);
    }

    private static Task Remember(Tx tx, Case found, string session, DateTimeOffset instant, string? reason, Call call) =>
        tx.Execute(
            """
            insert into discussion (case_id, no, session, instant, allowed, reason, record_time, asker)
            select @Id, coalesce(max(no), 0) + 1, @session, @instant, @allowed, @reason, @Now, @Subject
            from discussion where case_id = @Id
            """,
            new { found.Id, session, instant, allowed = reason is null, reason = reason ?? "", call.Now, call.Caller.Subject });

    private static DateTimeOffset Validate(BeginDiscussionRequest request, DateTimeOffset now)
    {
        var violations = new Violations();
        violations.Check(SessionNames.IsValid(request.Session), "session", "SESSION_INVALID", "Le nom de la séance est obligatoire.");
        violations.Check(request.Instant is null || Instants.IsValid(request.Instant), "instant", "INSTANT_INVALID", "Cet instant n'existe pas.");
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
internal sealed record TableState(ConsentStatus Consent, CaseState State, bool AlreadyInThisSession);
