using Intervision.Membership.History;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Poles;

/// <summary>What time alone changes of pôles: a term of office that begins or ends, as was planned.</summary>
internal static class PoleReview
{
    /// <summary>
    /// Says again every pôle whose référent in office on the day is not the one last said. Pôles that changed after the
    /// author's instant are left alone: a review of the past has nothing to say of them.
    /// </summary>
    /// <returns>How many pôles were said again; doing it twice says nothing more.</returns>
    public static async Task<int> SayChangedReferents(Tx tx, Author author, DateOnly today)
    {
        var candidates = await tx.Query<string>(
            """
            select code from pole p
            where update_time <= @Time and referent is distinct from (
              select t.professional from referent_term t
              where t.pole = p.code and t.from_date <= @today and (t.until_date is null or t.until_date > @today))
            order by code for update
            """,
            new { author.Time, today });
        // Asked again under the locks: whoever held them may have said it meanwhile.
        var changed = await ReferentStore.SayInOffice(tx, [.. candidates], today);
        await tx.Execute("update pole set version = version + 1, update_time = @Time where code = any(@changed)", new { author.Time, changed });
        var states = await PoleStore.States(tx, changed, today);
        await Changes.Tell(tx, author, [.. states.Select(Told.Of)]);
        return states.Count;
    }
}
