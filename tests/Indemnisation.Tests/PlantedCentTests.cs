using Dapper;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Indemnisation.Tests;

/// <summary>One cent, wherever amounts are kept, is found, named, and nothing else is: by a reconciliation of books that were right before and are after.</summary>
public sealed class PlantedCentTests
{
    /// <summary>Where, and how the difference begins.</summary>
    private static readonly (string Sql, string[] Found)[] Places =
    [
        ("update ledger_entry set cents = cents + @cent where kind = 1 and subject = (select max(subject::text)::uuid from ledger_entry where kind = 1)", ["Compte 6226", "Compte 467/", "Écriture de indemnities/"]),
        ("update ledger_entry set cents = cents + @cent where kind = 2 and subject = (select max(subject::text)::uuid from ledger_entry where kind = 2)", ["Compte 512", "Compte 467/", "Écriture de payments/"]),
        ("update indemnity_line set amount_cents = amount_cents + @cent where id = (select min(line_id::text)::uuid from payment_line)", ["Écriture de indemnities/", "Paiement payments/", "Enveloppe", "Cumul 2026 de professionals/", "(plafonds)"]),
        ("update payment set amount_cents = amount_cents + @cent where id = (select min(id::text)::uuid from payment)", ["Écriture de payments/", "Paiement payments/", "Lot paymentRuns/"]),
        ("update payment_run set total_cents = total_cents + @cent", ["Lot paymentRuns/"]),
        ("update payment_run_weight set cents = cents + @cent", ["Lot paymentRuns/", "poids sur envelopes/"]),
        ("update envelope set reserved_cents = reserved_cents + @cent", ["Enveloppe", "réservé"]),
        ("update envelope set calculated_cents = calculated_cents + @cent", ["Enveloppe", "liquidé"]),
        ("update envelope set consumed_cents = consumed_cents + @cent", ["Enveloppe", "consommé"]),
        ("update indemnity_line set due_cents = due_cents + @cent where id = (select line_id from line_reduction)", ["Ligne indemnities/"]),
        ("update line_reduction set cents = cents + @cent", ["(plafonds)"]),
        ("update person_year set calculated_cents = calculated_cents + @cent where professional = (select min(professional) from person_year)", ["Cumul 2026 de professionals/"]),
    ];

    [Fact]
    public async Task A_cent_in_any_table_is_found_and_named()
    {
        // A database of its own: the books are wrong on the way.
        var own = new IndemnisationFixture();
        await own.InitializeAsync();
        try
        {
            // One line is reduced by what is left of the envelope.
            var scene = await own.NewScene(new SceneSettings { EnvelopeCents = 20_000 });
            await scene.Approve(await scene.Held(await scene.NewPerson(), await scene.NewPerson("21")));
            await scene.ReleasedRun();
            await scene.Convene(scene.NewSession(), await scene.NewPerson());
            Assert.Empty((await scene.Reconcile()).Differences);
            foreach (var (sql, found) in Places)
            {
                await Plant(own, sql, 1);
                var books = await scene.Reconcile();
                Assert.True(!books.Reconciled, sql);
                Assert.All(found, words => Assert.Contains(books.Differences, d => d.Contains(words, StringComparison.Ordinal) && d.Contains("0,01", StringComparison.Ordinal)));
                Assert.Equal(books.Differences.Count, books.Differences.Count(d => d.Contains("0,01", StringComparison.Ordinal)));
                await Plant(own, sql, -1);
                Assert.Empty((await scene.Reconcile()).Differences);
            }
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    /// <summary>As the owner of the server with the triggers off: what no login of the suite can do.</summary>
    private static async Task Plant(IndemnisationFixture own, string sql, int cent)
    {
        await using var owner = new NpgsqlConnection(own.OwnerConnectionString);
        await owner.OpenAsync();
        await owner.ExecuteAsync("set session_replication_role = replica");
        Assert.Equal(1, await owner.ExecuteAsync(sql, new { cent }));
        await owner.ExecuteAsync("set session_replication_role = origin");
    }
}
