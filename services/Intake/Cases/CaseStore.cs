using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Cases;

/// <summary>The SQL of cases: read, lock, save with version guard and history.</summary>
internal static class CaseStore
{
    public const string Columns =
        """
        c.id, c.code, c.version, c.state, c.consent,
        case when c.consent = 'NotCollected' then (
          select r.declared from consent_record r where r.case_id = c.id order by r.no desc limit 1) end as declared, c.programme, c.pole, c.candidate_poles, c.submitter, c.submitting_organisation,
        c.channel, c.external_id, c.requester, p.rpps as requester_rpps, c.motives, c.age_band, c.sex, c.contexts, c.products,
        c.urgent, c.attending_physician, c.physician_absence, c.actors, c.availabilities, c.submit_time, c.update_time,
        c.accept_time, c.sheet_author, c.sheet_author_rpps, c.sheet_approver, c.sheet_lock_time, c.discussed_session, c.discuss_time,
        c.state_time, c.end_code, c.duplicate_of, (select o.code from cases o where o.id = c.duplicate_of) as duplicate_of_code
        """;

    public const string From = "from cases c left join professional p on p.name = c.requester";

    private const string Prefix = "cases/";

    /// <summary>Null when there is none of this name.</summary>
    public static Task<Case?> Find(Tx tx, string name) => Load(tx, name, "");

    /// <summary>With the row lock that every change of a case takes.</summary>
    public static Task<Case?> Lock(Tx tx, string name) => Load(tx, name, "for update of c");

    /// <summary>
    /// Locks a case for a verb of a person: allowed first (forbidden and absent look the same), then the version guard,
    /// then the clock.
    /// </summary>
    /// <exception cref="RuleBroken">
    /// PERMISSION_DENIED, INVALID_ARGUMENT/ETAG_MISSING, ABORTED/ETAG_MISMATCH, FAILED_PRECONDITION/CLOCK_BEFORE_LAST_CHANGE.
    /// </exception>
    public static async Task<Case> LockFor(Tx tx, string name, string etag, Call call, Func<Case, Caller, bool> may)
    {
        var found = await Lock(tx, name);
        if (found is null || !may(found, call.Caller))
        {
            throw RuleBroken.Denied();
        }

        Etag.MustMatch(etag, found.Version, name);
        Etag.MustNotPrecede(call.Now, found.UpdateTime, name);
        return found;
    }

    /// <summary>Saves what a verb decided, as the next version, with a line of history.</summary>
    /// <returns>The case as stored.</returns>
    public static Task<Case> Save(Tx tx, Case before, Case after, string action, Call call) =>
        Save(tx, before, after, action, call.Caller.Subject, call.Now);

    /// <param name="actor">Subject of the caller, or the event's source.</param>
    /// <param name="time">The call's instant, or the event's time.</param>
    public static async Task<Case> Save(Tx tx, Case before, Case after, string action, string actor, DateTimeOffset time)
    {
        // An event may have happened before the last change here: time does not run backwards.
        var updateTime = time > before.UpdateTime ? time : before.UpdateTime;
        after = after with { StateTime = after.State == before.State ? before.StateTime : updateTime };
        var saved = await tx.Execute(
            """
            with saved as (
              update cases set version = version + 1, state = @State, consent = @Consent, pole = @Pole,
                update_time = @updateTime, accept_time = @AcceptTime, sheet_author = @SheetAuthor, sheet_author_rpps = @SheetAuthorRpps,
                sheet_approver = @SheetApprover, sheet_lock_time = @SheetLockTime,
                discussed_session = @DiscussedSession, discuss_time = @DiscussTime,
                state_time = @StateTime, end_code = @EndCode, duplicate_of = @DuplicateOf
              where id = @Id and version = @Version
              returning version)
            insert into case_history (case_id, version, action, actor, from_state, to_state, consent, change_time)
            select @Id, version, @action, @actor, @fromState, @State, @Consent, @time from saved
            """,
            new
            {
                before.Id,
                before.Version,
                State = after.State.ToString(),
                Consent = after.Consent.ToString(),
                fromState = before.State.ToString(),
                after.Pole,
                after.AcceptTime,
                after.SheetAuthor,
                after.SheetAuthorRpps,
                after.SheetApprover,
                after.SheetLockTime,
                after.DiscussedSession,
                after.DiscussTime,
                after.StateTime,
                after.EndCode,
                after.DuplicateOf,
                updateTime,
                time,
                action,
                actor,
            });
        return saved == 1 ? after with { Version = before.Version + 1, UpdateTime = updateTime } : throw RuleBroken.Stale(before.Name);
    }

    private static async Task<Case?> Load(Tx tx, string name, string locking) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
            ? await tx.SingleOrDefault<Case>($"select {Columns} {From} where c.code = @code {locking}", new { code = name[Prefix.Length..] })
            : null;
}
