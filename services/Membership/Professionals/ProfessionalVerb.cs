using Intervision.Membership.History;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Professionals;

/// <summary>How every verb on a person begins and ends.</summary>
internal static class ProfessionalVerb
{
    /// <summary>The person as on the day of the call; nobody else changes it until this transaction ends.</summary>
    /// <exception cref="RuleBroken">NOT_FOUND, ETAG_MISSING, ABORTED/ETAG_MISMATCH, CLOCK_BEFORE_LAST_CHANGE.</exception>
    public static async Task<Professional> Begin(Tx tx, Call call, string id, string etag)
    {
        await ImportTurn.Beside(tx);
        var name = Names.Professionals + id;
        var locked = await ProfessionalStore.Lock(tx, id) ?? throw RuleBroken.NotFound(name);
        locked.MustBe(etag, call, name);
        return (await ProfessionalStore.States(tx, [id], Paris.DateOf(call.Now)))[0];
    }

    /// <summary>After saving: a new version, told in full.</summary>
    public static async Task<Professional> End(Tx tx, Call call, string id)
    {
        await ProfessionalStore.Touch(tx, id, call.Now);
        return await Tell(tx, call, id);
    }

    public static async Task<Professional> Tell(Tx tx, Call call, string id)
    {
        var person = (await ProfessionalStore.States(tx, [id], Paris.DateOf(call.Now)))[0];
        await Changes.Tell(tx, call, Told.Of(person));
        return person;
    }
}
