using Intervision.Membership.Events.V1;
using Intervision.Membership.History;
using Intervision.Membership.Organisations;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Conventions;

/// <summary>
/// What time alone changes of conventions: they near their end, and they end. Each is said once, for the end that the
/// convention had then; conventions that changed after the author's instant are left alone: a review of the past has
/// nothing to say of them.
/// </summary>
internal static class ConventionReview
{
    /// <summary>Days before the last one, farthest first.</summary>
    public static readonly int[] Thresholds = [90, 30];

    private const int Ended = 0;

    /// <summary>
    /// Says ConventionExpiring for signed conventions. Where days were missed only the nearest threshold reached is said.
    /// </summary>
    /// <returns>How many were said.</returns>
    public static async Task<int> SayExpiring(Tx tx, Author author, DateOnly today)
    {
        var said = new List<Told>();
        foreach (var convention in await Due(tx, author, today, "end_date between @today and @today + 90"))
        {
            var days = convention.EndDate.DayNumber - today.DayNumber;
            var threshold = ThresholdReached(days)!.Value;
            if (await Notice(tx, convention, threshold, author))
            {
                var expiring = new ConventionExpiring
                {
                    Convention = convention.ToProto(today),
                    ThresholdDays = threshold,
                    DaysLeft = days,
                    PolesWithoutHost = { await ConventionStore.PolesWithoutHost(tx, convention.Organisation, convention.EndDate.AddDays(1)) },
                };
                // A stream of its own: it says no state, and must not hide one where the latest event wins.
                said.Add(new Told(convention.Name + "/expiry", State: null, expiring));
            }
        }

        await Changes.Tell(tx, author, said);
        return said.Count;
    }

    /// <summary>Says again the conventions of organisations of which one has expired since it was last told.</summary>
    /// <returns>How many organisations were told.</returns>
    public static async Task<int> SayEnded(Tx tx, Author author, DateOnly today)
    {
        var ended = new List<StoredConvention>();
        foreach (var convention in await Due(tx, author, today, "end_date < @today and (update_time at time zone 'Europe/Paris')::date <= end_date"))
        {
            if (await Notice(tx, convention, Ended, author))
            {
                ended.Add(convention);
            }
        }

        var all = await ConventionStore.OfOrganisations(tx, [.. ended.Select(c => c.Organisation).Distinct(StringComparer.Ordinal)]);
        var told = all.GroupBy(c => c.Organisation, StringComparer.Ordinal)
            .Select(c => ConventionRules.Tell(Names.Organisations + c.Key, c, today)).ToList();
        await Changes.Tell(tx, author, [.. told, .. ended.Select(c => ConventionRules.History(c, today))]);
        return told.Count;
    }

    /// <summary>Pure: 90 or 30, the nearest threshold reached; null while there is none, and once it has ended.</summary>
    internal static int? ThresholdReached(int daysLeft) =>
        daysLeft < 0 ? null : Thresholds.Where(t => daysLeft <= t).Select(t => (int?)t).LastOrDefault();

    /// <summary>Signed conventions that meet the condition, under the locks of their organisations.</summary>
    private static async Task<IReadOnlyList<StoredConvention>> Due(Tx tx, Author author, DateOnly today, string condition)
    {
        var where = $"state = 2 and update_time <= @Time and {condition}";
        var candidates = await tx.Query<string>($"select distinct organisation from convention where {where}", new { author.Time, today });
        await OrganisationStore.Lock(tx, [.. candidates]);
        return await ConventionStore.Where(tx, where, new { author.Time, today });
    }

    /// <returns>False when that was said already.</returns>
    private static async Task<bool> Notice(Tx tx, StoredConvention convention, int threshold, Author author) =>
        await tx.Execute(
            """
            insert into convention_notice (convention_id, end_date, threshold_days, notice_time) values (@ConventionId, @EndDate, @threshold, @Time)
            on conflict do nothing
            """,
            new { convention.ConventionId, convention.EndDate, threshold, author.Time }) == 1;
}
