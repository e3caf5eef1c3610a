using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Alerts;

/// <summary>The SQL of alerts: read, lock, save with version guard and history.</summary>
internal static class AlertStore
{
    public const string Columns =
        """
        a.id, a.version, a.state, a.motives, a.contexts, a.products, a.territory, a.poles, a.from_date, a.until_date, a.author, a.create_time,
        a.update_time, a.referent, a.referent_rpps, a.association, a.association_rpps, a.validate_time, a.told_count, a.close_code
        """;

    /// <summary>Null when there is none of this name.</summary>
    public static Task<Alert?> Find(Tx tx, string name) => Load(tx, name, "");

    /// <summary>Allowed first (forbidden and absent look the same), then the version guard, then the clock.</summary>
    /// <exception cref="RuleBroken">PERMISSION_DENIED, ETAG_MISSING, ETAG_MISMATCH, CLOCK_BEFORE_LAST_CHANGE.</exception>
    public static async Task<Alert> LockFor(Tx tx, string name, string etag, Call call, Func<Alert, Caller, bool> may)
    {
        var found = await Load(tx, name, "for update of a");
        if (found is null || !may(found, call.Caller))
        {
            throw RuleBroken.Denied();
        }

        Etag.MustMatch(etag, found.Version, name);
        Etag.MustNotPrecede(call.Now, found.UpdateTime, name);
        return found;
    }

    public static async Task Insert(Tx tx, Alert drafted, Call call)
    {
        await tx.Execute(
            """
            insert into alert (id, version, state, motives, contexts, products, territory, poles, from_date, until_date, author, create_time, update_time)
            values (@Id, 1, 'Draft', @Motives, @Contexts, @Products, @Territory, @Poles, @FromDate, @UntilDate, @Author, @CreateTime, @UpdateTime)
            """,
            drafted);
        await Remember(tx, drafted, from: null, "DraftAlert", call);
    }

    /// <summary>Saves what a verb decided, as the next version, with a line of history.</summary>
    /// <returns>The alert as stored.</returns>
    public static async Task<Alert> Save(Tx tx, Alert before, Alert after, string action, Call call)
    {
        var saved = after with { Version = before.Version + 1, UpdateTime = call.Now };
        var updated = await tx.Execute(
            """
            update alert set version = @Version, state = @State, motives = @Motives, contexts = @Contexts, products = @Products,
              territory = @Territory, poles = @Poles, from_date = @FromDate, until_date = @UntilDate, update_time = @UpdateTime,
              referent = @Referent, referent_rpps = @ReferentRpps, association = @Association, association_rpps = @AssociationRpps,
              validate_time = @ValidateTime, told_count = @ToldCount, close_code = @CloseCode
            where id = @Id and version = @Version - 1
            """,
            new
            {
                saved.Id, saved.Version, State = saved.State.ToString(), saved.Motives, saved.Contexts, saved.Products, saved.Territory, saved.Poles,
                saved.FromDate, saved.UntilDate, saved.UpdateTime, saved.Referent, saved.ReferentRpps, saved.Association, saved.AssociationRpps,
                saved.ValidateTime, saved.ToldCount, saved.CloseCode,
            });
        if (updated != 1)
        {
            throw RuleBroken.Stale(before.Name);
        }

        await Remember(tx, saved, before.State, action, call);
        return saved;
    }

    /// <summary>With their transmissions.</summary>
    public static async Task<IReadOnlyList<Alert>> WithTransmissions(Tx tx, IReadOnlyList<Alert> alerts)
    {
        var all = await tx.Query<Transmission>(
            """
            select t.alert_id, t.recipient, t.transmit_date, r.answer_date
            from alert_transmission t left join alert_answer r using (alert_id, recipient)
            where t.alert_id = any (@ids) order by t.recipient
            """,
            new { ids = alerts.Select(a => a.Id).ToArray() });
        var byAlert = all.ToLookup(t => t.AlertId);
        return [.. alerts.Select(a => a with { Transmissions = [.. byAlert[a.Id]] })];
    }

    private static async Task<Alert?> Load(Tx tx, string name, string locking) =>
        Alert.IdOf(name) is { } id && await tx.SingleOrDefault<Alert>($"select {Columns} from alert a where a.id = @id {locking}", new { id }) is { } found
            ? (await WithTransmissions(tx, [found]))[0]
            : null;

    private static Task Remember(Tx tx, Alert saved, AlertState? from, string action, Call call) => tx.Execute(
        """
        insert into alert_history (alert_id, version, action, actor, from_state, to_state, change_time)
        values (@Id, @Version, @action, @Subject, @from, @to, @Now)
        """,
        new { saved.Id, saved.Version, action, call.Caller.Subject, from = from?.ToString(), to = saved.State.ToString(), call.Now });
}
