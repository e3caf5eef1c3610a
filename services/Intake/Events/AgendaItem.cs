using Intervision.Intake.Cases;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Events;

/// <summary>
/// What Scheduling says of a case and one session. Streams of different sessions come in no order between them, so it
/// is kept per session; whatever state the case is in here, nothing is refused: the fact is recorded, the state follows
/// if it can (DESIGN §7.19).
/// </summary>
internal static class AgendaItem
{
    public const string Scheduled = "SCHEDULED";
    public const string Unscheduled = "UNSCHEDULED";
    public const string Discussed = "DISCUSSED";

    /// <summary>Locks the case and notes the fact; null when this service never had such a case.</summary>
    public static async Task<Case?> Note<T>(Tx tx, string name, string session, string status, Received<T> received)
    {
        var found = await CaseStore.Lock(tx, name);
        if (found is not null)
        {
            await tx.Execute(
                """
                insert into agenda_item (case_id, session, status, change_time) values (@Id, @session, @status, @Time)
                on conflict (case_id, session) do update set status = excluded.status, change_time = excluded.change_time
                """,
                new { found.Id, session, status, received.Time });
        }

        return found;
    }

    public static Task<bool> IsOnAnAgenda(Tx tx, Case found) =>
        tx.Single<bool>("select exists (select from agenda_item where case_id = @Id and status = 'SCHEDULED')", new { found.Id });

    /// <summary>Saves when something changed.</summary>
    public static async Task Follow<T>(Tx tx, Case before, Case after, string action, Received<T> received)
    {
        if (after != before)
        {
            await CaseStore.Save(tx, before, after, action, "services/scheduling", received.Time);
        }
    }
}
