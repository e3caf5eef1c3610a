using Intervision.Intake.Cases;
using Intervision.Intake.Encryption;
using Intervision.Intake.Events.V1;
using Intervision.Intake.Indicators;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Retention;

/// <summary>
/// Erases one case, whose row the caller has locked: what it counts for is noted without it, key, texts and rows go, the
/// register gets its line, and CaseErased is said: all or nothing.
/// </summary>
internal sealed class Erasing(MasterKey master, RetentionPolicy policy)
{
    /// <returns>Its number in the register.</returns>
    public async Task<long> Erase(Tx tx, Case locked, DateTimeOffset lastContact, ErasureReason reason, string actor, Guid run, DateTimeOffset now)
    {
        await tx.Execute(ErasedCounts.Keep, new { locked.Id, today = Paris.DateOf(now) });
        var number = await tx.Single<long>(
            "select case_erase(@Id, @code, @holder, @why, @now, @actor, @policy, @run, @keepUntil)",
            new
            {
                locked.Id,
                code = master.Fingerprints.CodeMac(locked.Code),
                holder = master.Fingerprints.HolderMac(locked.Code, locked.Requester),
                why = reason.ToString(),
                now,
                actor,
                policy = policy.ToString(),
                run,
                keepUntil = Paris.DateOf(lastContact.AddMonths(policy.AttestationMonths)),
            });
        await Outbox.Append(tx, locked.Id, locked.Name, now, new CaseErased { Case = locked.Name, Reason = ErasureRegister.Code(reason) });
        ErasureMeters.Erased(reason);
        return number;
    }
}
