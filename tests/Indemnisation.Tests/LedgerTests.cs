using Grpc.Core;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Indemnisation.Tests;

/// <summary>The books: append-only by the database, balanced by the database, and reconciled to the cent.</summary>
public sealed class LedgerTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    [Theory]
    [InlineData("update ledger_entry set cents = cents + 1")]
    [InlineData("update ledger_entry set poster = ''")]
    [InlineData("delete from ledger_entry")]
    [InlineData("truncate ledger_entry")]
    public async Task Entries_cannot_be_changed_by_the_service_nor_by_the_owner(string sql)
    {
        await Booked();
        var byService = await Assert.ThrowsAsync<PostgresException>(() => fixture.Db.Read(tx => tx.Execute(sql), CancellationToken.None));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, byService.SqlState);
        var byOwner = await Assert.ThrowsAsync<PostgresException>(() => fixture.AsOwner(sql));
        Assert.Contains("append-only", byOwner.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1, '6226', '', '467', 'payees/A', -1", "cents")]
    [InlineData("1, '6226', '', '6226', '', 1", "check")]
    [InlineData("1, '6226', '', '467', '', 1", "check")]
    [InlineData("1, '6226', 'payees/A', '512', '', 1", "check")]
    [InlineData("1, '7777', '', '512', '', 1", "debit_account")]
    [InlineData("9, '6226', '', '512', '', 1", "kind")]
    public async Task An_entry_debits_one_account_and_credits_another_of_as_many_cents(string entry, string constraint)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Insert(Guid.CreateVersion7(), entry));
        Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
        Assert.Contains(constraint, refused.ConstraintName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_booked_twice()
    {
        // In a database of its own: what is booked here is nobody's.
        var own = new IndemnisationFixture();
        await own.InitializeAsync();
        try
        {
            var id = Guid.CreateVersion7();
            await Insert(id, "1, '6226', '', '512', '', 1", own);
            var twice = await Assert.ThrowsAsync<PostgresException>(() => Insert(id, "1, '6226', '', '512', '', 2", own));
            Assert.Equal(PostgresErrorCodes.UniqueViolation, twice.SqlState);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("update indemnity_line set payee = 'payees/NOBODY' where state = 1")]
    [InlineData("update indemnity_line set envelope = 'envelopes/NONE' where state = 1")]
    [InlineData("update indemnity_line set rate_grid = 'rateGrids/NONE' where state = 1")]
    [InlineData("insert into payment select gen_random_uuid(), gen_random_uuid(), 'payees/NOBODY', 1, 'X', 'X', '', 'X'")]
    [InlineData("delete from payee")]
    [InlineData("delete from envelope")]
    public async Task What_lines_and_payments_refer_to_exists(string sql)
    {
        var scene = await fixture.NewScene();
        await scene.Convene(scene.NewSession(), await scene.NewPerson());
        var refused = await Assert.ThrowsAsync<PostgresException>(() => fixture.AsOwner(sql));
        Assert.Contains(refused.SqlState, new[] { PostgresErrorCodes.ForeignKeyViolation, PostgresErrorCodes.InsufficientPrivilege });
    }

    [Theory]
    [InlineData("update indemnity_line set amount_cents = amount_cents + 1 where id = '{line}'")]
    [InlineData("update indemnity_line set due_cents = due_cents + 1 where id = '{line}'")]
    [InlineData("update indemnity_line set kilometres = 99 where id = '{line}'")]
    [InlineData("update indemnity_line set declaration = 2 where id = '{line}'")]
    [InlineData("update indemnity_line set state = 2 where id = '{line}'")]
    [InlineData("update indemnity_line set state = 8, live = false, amount_cents = 0 where id = '{line}'")]
    [InlineData("delete from indemnity_line where id = '{line}'")]
    [InlineData("update payment_run set state = 2 where id = '{released}'")]
    [InlineData("update payment_run set file_sha256 = repeat('0', 64) where id = '{released}'")]
    [InlineData("update payment_run set total_cents = total_cents + 1 where id = '{approved}'")]
    [InlineData("update payment_run set proposer = 'x' where id = '{approved}'")]
    [InlineData("update payment_run set approver = 'x' where id = '{approved}'")]
    [InlineData("delete from payment_run where id = '{approved}'")]
    public async Task What_was_calculated_proposed_and_released_is_changed_by_nobody(string sql)
    {
        var scene = await fixture.NewScene();
        var (first, second) = (await scene.Held(await scene.NewPerson()), await scene.Held(await scene.NewPerson()));
        await scene.Approve(first);
        var released = await scene.ReleasedRun();
        await scene.Approve(second);
        var approved = await scene.ApprovedRun();
        sql = sql.Replace("{line}", IdOf(first[0].Name), StringComparison.Ordinal)
            .Replace("{released}", IdOf(released.Name), StringComparison.Ordinal).Replace("{approved}", IdOf(approved.Name), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => fixture.Db.Read(tx => tx.Execute(sql), CancellationToken.None));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => fixture.AsOwner(sql))).SqlState);
    }

    [Fact]
    public async Task A_planted_cent_is_found_and_named()
    {
        // A database of its own: the books are wrong afterwards.
        var own = new IndemnisationFixture();
        await own.InitializeAsync();
        try
        {
            var scene = await own.NewScene();
            await scene.Approve(await scene.Held(await scene.NewPerson(), await scene.NewPerson()));
            await scene.ReleasedRun();
            Assert.True((await scene.Reconcile()).Reconciled);

            // One cent too much on one entry, balanced as every entry is: only the lines can tell.
            await Plant(own, "update ledger_entry set cents = cents + 1 where subject = (select min(subject::text)::uuid from ledger_entry where kind = 1)");
            var books = await scene.Reconcile();
            Assert.True(books.Balanced);
            Assert.False(books.Reconciled);
            Assert.Contains(books.Differences, d => d.StartsWith("Compte 6226", StringComparison.Ordinal) && d.Contains("0,01", StringComparison.Ordinal));
            Assert.Contains(books.Differences, d => d.StartsWith("Compte 467/payees/", StringComparison.Ordinal) && d.Contains("0,01", StringComparison.Ordinal));
            Assert.Contains(books.Differences, d => d.StartsWith("Écriture de indemnities/", StringComparison.Ordinal));

            // And one too little on another: the expense account is right again, the entries are not.
            await Plant(own, "update ledger_entry set cents = cents - 1 where subject = (select max(subject::text)::uuid from ledger_entry where kind = 1)");
            books = await scene.Reconcile();
            Assert.DoesNotContain(books.Differences, d => d.StartsWith("Compte 6226", StringComparison.Ordinal));
            Assert.Equal(2, books.Differences.Count(d => d.StartsWith("Écriture de indemnities/", StringComparison.Ordinal)));

            // One cent in what was sent to the bank, and one in a line that was paid.
            await Plant(own, "update ledger_entry set cents = cents + 1 where subject = (select min(subject::text)::uuid from ledger_entry where kind = 2)");
            Assert.Contains((await scene.Reconcile()).Differences, d => d.StartsWith("Écriture de payments/", StringComparison.Ordinal));
            await Plant(own, "update indemnity_line set amount_cents = amount_cents + 1 where id = (select max(id::text)::uuid from indemnity_line)");
            Assert.Contains((await scene.Reconcile()).Differences, d => d.StartsWith("Paiement payments/", StringComparison.Ordinal));

            // One cent in a counter.
            await Plant(own, "update envelope set consumed_cents = consumed_cents - 1");
            Assert.Contains((await scene.Reconcile()).Differences, d => d.StartsWith("Enveloppe", StringComparison.Ordinal) && d.Contains("consommé", StringComparison.Ordinal));
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_accounts_say_what_was_spent_what_is_owed_and_what_left_the_bank()
    {
        var own = new IndemnisationFixture();
        await own.InitializeAsync();
        try
        {
            var scene = await own.NewScene();
            var (paid, owed) = (await scene.NewPerson(), await scene.NewPerson("21"));
            await scene.Approve(await scene.Held(paid));
            await scene.ReleasedRun();
            var session = scene.NewSession();
            await scene.Certify(session, owed.Present(session, 60, kilometres: 34));
            await scene.Approve(await scene.LinesOf(session));
            var balances = (await scene.Reconcile()).Balances.ToDictionary(b => b.Account, b => b.BalanceCents);
            Assert.Equal(
                new Dictionary<string, long> { ["6226"] = 20_500, ["6251"] = 840, [$"467/{paid.Payee}"] = 0, [$"467/{owed.Payee}"] = -7_840, ["512"] = -13_500 },
                balances);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_may_reconcile()
    {
        await Verb.OnlyFor(
            (ReconcileLedgerRequest r, Metadata m) => fixture.Service.ReconcileLedgerAsync(r, m),
            [Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser], new ReconcileLedgerRequest());
        await Refused.With(StatusCode.InvalidArgument, "AS_OF_TIME_NOT_NOW", () => fixture.Service.ReconcileLedgerAsync(
            new ReconcileLedgerRequest { AsOfTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(Scene.Start) }, Tokens.As(Finance.Officer, Scene.Later)));
    }

    private static string IdOf(string name) => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private async Task Booked()
    {
        var scene = await fixture.NewScene();
        await scene.Approve(await scene.Held(await scene.NewPerson()));
    }

    private Task Insert(Guid id, string entry, IndemnisationFixture? own = null) => (own ?? fixture).AsOwner(
        $"""
        insert into ledger_entry (subject, entry_date, post_time, poster, kind, debit_account, debit_key, credit_account, credit_key, cents)
        values (@id, '2026-09-15', now(), 'test', {entry})
        """,
        new { id });

    /// <summary>As the owner of the server with the triggers off: what no login of the suite can do.</summary>
    private static async Task Plant(IndemnisationFixture own, string sql) =>
        Assert.NotEqual(0, await own.AsOwner($"set session_replication_role = replica; {sql}; set session_replication_role = origin"));
}
