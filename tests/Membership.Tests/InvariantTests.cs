using FsCheck;
using FsCheck.Fluent;
using Intervision.Membership.Conventions;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Time;
using Npgsql;

namespace Intervision.Membership.Tests;

/// <summary>The rules of periods against a day-by-day count, and the database's own refusal when code would let one through.</summary>
public sealed class InvariantTests(SmallDirectory membership) : IClassFixture<SmallDirectory>
{
    private static readonly DateOnly Epoch = new(2026, 1, 1);

    [Fact]
    public void Activities_overlap_exactly_when_some_day_has_two() => Check.QuickThrowOnFailure(Prop.ForAll(
        Periods(1).ToArbitrary(),
        periods =>
        {
            var activities = periods.Select(p => new Activity { FromDate = Day(p.First), UntilDate = Day(p.Last) });
            return (Activities.Overlap(activities) is not null) == SomeDayHasTwo(periods, inclusive: false);
        }));

    [Fact]
    public void Conventions_accepted_one_by_one_never_share_a_day() => Check.QuickThrowOnFailure(Prop.ForAll(
        Periods(0).ToArbitrary(),
        periods =>
        {
            var stored = new List<StoredConvention>();
            foreach (var (first, last) in periods.Select(p => (Epoch.AddDays(p.First), Epoch.AddDays(p.Last))))
            {
                if (ConventionRules.Overlapping(first, last, stored) is null)
                {
                    stored.Add(new StoredConvention { State = Convention.Types.State.Signed, StartDate = first, EndDate = last });
                }
            }

            var kept = stored.Select(c => (c.StartDate.DayNumber - Epoch.DayNumber, c.EndDate.DayNumber - Epoch.DayNumber)).ToArray();
            return !SomeDayHasTwo(kept, inclusive: true);
        }));

    [Theory]
    [InlineData("23P01", "insert into convention (convention_id, organisation, signed_date, start_date, end_date, update_time) values (gen_random_uuid(), '590000014', '2028-03-15', '2028-03-15', '2029-01-01', now())")]
    [InlineData("23514", "insert into convention (convention_id, organisation, signed_date, start_date, end_date, update_time) values (gen_random_uuid(), '590000014', '2029-03-15', '2029-03-15', '2029-01-01', now())")]
    [InlineData("23P01", """
        insert into activity (professional_id, profession_table, profession_code, mode, organisation, from_date)
        values ('PER-1', 'TRE_G15', '10', 2, '590000014', '2030-01-01')
        """)]
    [InlineData("23505", "update professional set rpps = '99700001235' where professional_id = 'PER-1'; insert into professional (professional_id, rpps, family_name, given_name, search_name, version, update_time) select 'PER-2', rpps, 'A', 'B', 'a b', 1, now() from professional")]
    [InlineData("23514", "update professional set mssante = '1@patient.mssante.fr'")]
    [InlineData("23503", "insert into pole_commune values ('P01', '59999')")]
    [InlineData("23514", "update pole set rhythm = 0")]
    [InlineData("42501", "create table mine (x int)")]
    public async Task The_database_refuses_what_code_should_have(string sqlState, string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => membership.Db.InTransaction(tx => tx.Execute(sql), CancellationToken.None));
        Assert.Equal(sqlState, refused.SqlState);
    }

    private static bool SomeDayHasTwo((int First, int Last)[] periods, bool inclusive) =>
        Enumerable.Range(0, 80).Any(day => periods.Count(p => p.First <= day && (inclusive ? day <= p.Last : day < p.Last)) > 1);

    private static Gen<(int First, int Last)[]> Periods(int shortest) => Gen.ArrayOf(
        from first in Gen.Choose(0, 40)
        from length in Gen.Choose(shortest, 20)
        select (first, first + length));

    private static Google.Type.Date Day(int offset) => Epoch.AddDays(offset).ToProto();
}
