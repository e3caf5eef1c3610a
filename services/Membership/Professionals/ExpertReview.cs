using Intervision.Membership.History;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Professionals;

/// <summary>What time alone changes of people: a designation as an expert that begins or ends, as was planned.</summary>
internal static class ExpertReview
{
    /// <summary>
    /// Says again everybody who became an expert, or is one no longer, since they were last said: whatever was said after
    /// that day said it already.
    /// </summary>
    /// <returns>How many people were said again; doing it twice says nothing more.</returns>
    public static async Task<int> SayChangedExperts(Tx tx, Author author, DateOnly today)
    {
        var changed = await tx.Query<string>(
            """
            update professional p set version = version + 1, update_time = @Time
            where update_time < @Time and exists (
              select from expert_designation d, unnest(array[d.from_date, d.until_date]) boundary
              where d.professional_id = p.professional_id and boundary <= @today
                and p.update_time < boundary::timestamp at time zone 'Europe/Paris')
            returning professional_id
            """,
            new { author.Time, today });
        var states = await ProfessionalStore.States(tx, [.. changed], today);
        await Changes.Tell(tx, author, [.. states.Select(Told.Of)]);
        return states.Count;
    }
}
