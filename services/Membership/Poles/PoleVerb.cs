using Intervision.Membership.History;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>How every verb on a pôle begins and ends.</summary>
internal static class PoleVerb
{
    /// <summary>The pôle as it is on the day of the call; nobody else changes it until this transaction ends.</summary>
    /// <exception cref="RuleBroken">NOT_FOUND, ETAG_MISSING, ABORTED/ETAG_MISMATCH, CLOCK_BEFORE_LAST_CHANGE.</exception>
    public static async Task<Pole> Begin(Tx tx, Call call, string code, string etag)
    {
        await ImportTurn.Beside(tx);
        var name = Names.Poles + code;
        var locked = await PoleStore.Lock(tx, code) ?? throw RuleBroken.NotFound(name);
        locked.MustBe(etag, call, name);
        return (await PoleStore.States(tx, [code], Paris.DateOf(call.Now)))[0];
    }

    /// <summary>After saving: a new version, told in full.</summary>
    public static async Task<Pole> End(Tx tx, Call call, string code, string explanation = "")
    {
        await PoleStore.Touch(tx, code, call.Now);
        return await Tell(tx, call, code, explanation);
    }

    public static async Task<Pole> Tell(Tx tx, Call call, string code, string explanation = "")
    {
        var today = Paris.DateOf(call.Now);
        await ReferentStore.SayInOffice(tx, [code], today);
        var pole = (await PoleStore.States(tx, [code], today))[0];
        await Changes.Tell(tx, call, Told.Of(pole), explanation);
        return pole;
    }

    /// <exception cref="RuleBroken">POLE_CLOSED: it ended for good.</exception>
    public static void MustNotBeClosed(Pole pole)
    {
        if (pole.State == Pole.Types.State.Closed)
        {
            throw RuleBroken.NotNow("POLE_CLOSED", "Le pôle est fermé pour de bon.", "STATE", pole.Name, ("name", pole.Name));
        }
    }

    /// <exception cref="RuleBroken">INVALID_ARGUMENT with all of them, when there are any.</exception>
    public static void MustHold(IEnumerable<FieldViolation> wrong)
    {
        var all = wrong.ToList();
        if (all.Count > 0)
        {
            throw RuleBroken.Invalid(all);
        }
    }

    /// <summary>Why something was done, as people wrote it: trimmed, at most 500 characters.</summary>
    /// <exception cref="RuleBroken">EXPLANATION_TOO_LONG.</exception>
    public static string Explanation(string said)
    {
        var explanation = Texts.Canonical(said);
        return explanation.Length <= Changes.LongestExplanation
            ? explanation
            : throw RuleBroken.Invalid("explanation", "EXPLANATION_TOO_LONG", $"L'explication a au plus {Changes.LongestExplanation} caractères.");
    }
}
