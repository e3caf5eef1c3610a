using Intervision.Membership.V1;
using Npgsql;

namespace Intervision.Membership.Tests;

/// <summary>
/// What the database itself refuses of conventions and memberships, to whoever goes around the code: each statement is
/// one that a person with the app's login could write.
/// </summary>
public sealed class AroundTheCodeTests(AroundTheCodeTests.Chain chain) : IClassFixture<AroundTheCodeTests.Chain>
{
    private const string Overlap = "23P01";
    private const string ForeignKey = "23503";
    private const string Unique = "23505";
    private const string Check = "23514";

    /// <summary>Statements with {first}, {second}, {draft}: a signed one, its signed renewal, a draft that renews that.</summary>
    public static TheoryData<string, string, string> Refused => new()
    {
        // Overlaps.
        { Overlap, "convention_no_overlap", "insert into convention (convention_id, organisation, signed_date, start_date, end_date, update_time) values (gen_random_uuid(), '{host}', '2027-08-31', '2027-08-31', '2027-08-31', now())" },
        { Overlap, "convention_no_overlap", "update convention set state = 2, signed_date = start_date, renews = null, start_date = '2028-08-31' where convention_id = '{draft}'" },
        { Overlap, "convention_no_overlap", "insert into convention (convention_id, organisation, signed_date, start_date, end_date, state, terminate_date, update_time) values (gen_random_uuid(), '{host}', '2026-01-01', '2026-01-01', '2030-01-01', 4, '2026-09-01', now())" },
        { Overlap, "convention_no_overlap", "update convention set organisation = '590000014' where convention_id = '{first}'" },

        // Gaps.
        { ForeignKey, "convention_no_gap", "update convention set start_date = '2027-09-02' where convention_id = '{second}'" },
        { ForeignKey, "convention_no_gap", "update convention set start_date = '2028-09-02' where convention_id = '{draft}'" },
        { ForeignKey, "convention_no_gap", "update convention set end_date = '2027-08-30' where convention_id = '{first}'" },
        { ForeignKey, "convention_no_gap", "update convention set state = 4, terminate_date = '2027-06-30' where convention_id = '{first}'" },
        { ForeignKey, "convention_no_gap", "update convention set state = 4 where convention_id = '{first}'" },
        { ForeignKey, "convention_no_gap", "delete from convention where convention_id = '{first}'" },
        { ForeignKey, "convention_no_gap", "insert into convention (convention_id, organisation, start_date, end_date, state, renews, update_time) values (gen_random_uuid(), '{host}', '2028-09-01', '2028-12-31', 1, gen_random_uuid(), now())" },

        // One renewal.
        { Unique, "convention_one_renewal", "insert into convention (convention_id, organisation, start_date, end_date, state, renews, update_time) values (gen_random_uuid(), '{host}', '2028-09-01', '2028-12-31', 1, '{second}', now())" },

        // A life that is none.
        { Check, "convention_check", "update convention set end_date = start_date - 1 where convention_id = '{draft}'" },
        { Check, "convention", "update convention set state = 2 where convention_id = '{draft}'" },
        { Check, "convention", "update convention set state = 3 where convention_id = '{first}'" },
        { Check, "convention", "update convention set terminate_date = '2028-01-01' where convention_id = '{second}'" },
        { Check, "convention", "update convention set state = 4, terminate_date = '2029-01-01' where convention_id = '{second}'" },
        { Check, "convention", "update convention set document_sha256 = '\\x00' where convention_id = '{draft}'" },

        // Memberships.
        { Overlap, "membership_no_overlap", "insert into programme_membership (organisation, programme, from_date) values ('{host}', 'ADDICTIONS', '2026-12-31')" },
        { Overlap, "membership_no_overlap", "update programme_membership set until_date = null where organisation = '{host}' and from_date = '2026-01-01'" },
        { Overlap, "membership_no_overlap", "insert into programme_membership (organisation, programme, from_date) values ('{host}', 'ADDICTIONS', '2020-01-01')" },
        { Check, "programme_membership", "update programme_membership set until_date = from_date where organisation = '{host}'" },
        { Check, "presented", "update programme_membership set presented_date = from_date where organisation = '{host}'" },
        { Unique, "programme_membership_pkey", "insert into programme_membership (organisation, programme, from_date, until_date) values ('{host}', 'ADDICTIONS', '2026-01-01', '2026-01-02')" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task The_database_refuses(string sqlState, string constraint, string sql)
    {
        var statement = sql.Replace("{host}", chain.Host, StringComparison.Ordinal)
            .Replace("{first}", chain.First, StringComparison.Ordinal)
            .Replace("{second}", chain.Second, StringComparison.Ordinal)
            .Replace("{draft}", chain.Draft, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => chain.Db.InTransaction(tx => tx.Execute(statement), CancellationToken.None));
        Assert.Equal(sqlState, refused.SqlState);
        Assert.StartsWith(constraint, refused.ConstraintName, StringComparison.Ordinal);
    }

    /// <summary>Sample's host has a convention until 2028-03-15; ours a chain of three, and two memberships.</summary>
    public sealed class Chain : MembershipFixture
    {
        public string Host { get; private set; } = "";

        public string First { get; private set; } = "";

        public string Second { get; private set; } = "";

        public string Draft { get; private set; } = "";

        protected override async Task Prepare()
        {
            await Import(Sample.Lille().Row(), Sample.Organisation().Row());
            var desk = new ConventionDesk(this);
            var host = await desk.Host();
            var first = await desk.Signed(host.Name, "2026-09-01", "2027-08-31");
            var second = await desk.Signed(await desk.Renewed(first, "2028-08-31"));
            var draft = await desk.Renewed(second, "2029-08-31");
            (Host, First, Second, Draft) = (host.Identifier, Id(first), Id(second), Id(draft));
            await Db.InTransaction(
                tx => tx.Execute(
                    """
                    insert into programme_membership (organisation, programme, from_date, until_date)
                    values (@Host, 'ADDICTIONS', '2026-01-01', '2027-01-01'), (@Host, 'ADDICTIONS', '2027-01-01', null)
                    """,
                    new { Host }),
                CancellationToken.None);
        }

        private static string Id(Convention convention) => convention.Name["conventions/".Length..];
    }
}
