using Dapper;
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
    [InlineData("update ledger_posting set debit_cents = debit_cents + 1 where debit_cents > 0")]
    [InlineData("delete from ledger_posting")]
    [InlineData("truncate ledger_posting, ledger_entry")]
    [InlineData("update ledger_entry set poster = ''")]
    [InlineData("delete from ledger_entry")]
    public async Task Entries_cannot_be_changed_by_the_service_nor_by_the_owner(string sql)
    {
        await Booked();
        var byService = await Assert.ThrowsAsync<PostgresException>(() => fixture.Db.Read(tx => tx.Execute(sql), CancellationToken.None));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, byService.SqlState);
        await using var owner = new NpgsqlConnection(fixture.OwnerConnectionString);
        var byOwner = await Assert.ThrowsAsync<PostgresException>(() => owner.ExecuteAsync(sql));
        Assert.Contains("append-only", byOwner.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(@id, 1, '6226', '', 100, 0)")]
    [InlineData("(@id, 1, '6226', '', 100, 0), (@id, 2, '512', '', 0, 99)")]
    public async Task An_entry_that_does_not_balance_is_refused_at_commit(string postings)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Insert(postings));
        Assert.Contains("does not balance", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_without_postings_is_refused() =>
        await Assert.ThrowsAsync<PostgresException>(() => Insert("(@id, 1, '6226', '', 100, 0)", postingsToo: false));

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

            // One cent too much on one entry, balanced: only the lines can tell.
            await Plant(own, "update ledger_posting set debit_cents = debit_cents + sign(debit_cents), credit_cents = credit_cents + sign(credit_cents) where entry_id = (select min(id::text)::uuid from ledger_entry where kind = 'LINE_APPROVED')");
            var books = await scene.Reconcile();
            Assert.True(books.Balanced);
            Assert.False(books.Reconciled);
            Assert.Contains(books.Differences, d => d.StartsWith("Compte 6226", StringComparison.Ordinal) && d.Contains("0,01", StringComparison.Ordinal));
            Assert.Contains(books.Differences, d => d.StartsWith("Écriture de indemnities/", StringComparison.Ordinal));

            // One cent on one side only.
            await Plant(own, "update ledger_posting set debit_cents = debit_cents + 1 where debit_cents > 0 and entry_id = (select max(id::text)::uuid from ledger_entry where kind = 'LINE_APPROVED')");
            books = await scene.Reconcile();
            Assert.False(books.Balanced);
            Assert.Equal(1, books.DebitCents - books.CreditCents);

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
            [Roles.FinanceOfficer, Roles.FinanceApprover, Roles.FinanceReleaser, Roles.Auditor], new ReconcileLedgerRequest());
        await Refused.With(StatusCode.InvalidArgument, "AS_OF_TIME_NOT_NOW", () => fixture.Service.ReconcileLedgerAsync(
            new ReconcileLedgerRequest { AsOfTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(Scene.Start) }, Tokens.As(Finance.Auditor, Scene.Later)));
    }

    private async Task Booked()
    {
        var scene = await fixture.NewScene();
        await scene.Approve(await scene.Held(await scene.NewPerson()));
    }

    private async Task Insert(string postings, bool postingsToo = true)
    {
        await using var connection = new NpgsqlConnection(fixture.OwnerConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var id = Guid.CreateVersion7();
        await connection.ExecuteAsync(
            "insert into ledger_entry (id, kind, entry_date, post_time, poster) values (@id, 'LINE_APPROVED', '2026-09-15', now(), 'test')", new { id }, transaction);
        if (postingsToo)
        {
            await connection.ExecuteAsync(
                $"insert into ledger_posting (entry_id, position, account, key, debit_cents, credit_cents) values {postings}", new { id }, transaction);
        }

        await transaction.CommitAsync();
    }

    /// <summary>As the owner of the server with the triggers off: what no login of the suite can do.</summary>
    private static async Task Plant(IndemnisationFixture own, string sql)
    {
        await using var owner = new NpgsqlConnection(own.OwnerConnectionString);
        Assert.NotEqual(0, await owner.ExecuteAsync($"set session_replication_role = replica; {sql}; set session_replication_role = origin"));
    }
}
