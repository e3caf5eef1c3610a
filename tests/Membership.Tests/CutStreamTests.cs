using Intervision.Membership.V1;
using Intervision.Tests.Support;
using Outcome = Intervision.Membership.V1.ImportDirectoryResponse.Types.Outcome;

namespace Intervision.Membership.Tests;

/// <summary>A client that hangs up in the middle of its import.</summary>
public sealed class CutStreamTests : IAsyncLifetime
{
    private readonly MembershipFixture membership = new();

    public ValueTask InitializeAsync() => membership.InitializeAsync();

    public ValueTask DisposeAsync() => membership.DisposeAsync();

    [Fact]
    public async Task Keeps_what_was_applied_and_can_be_sent_again()
    {
        var id = Guid.CreateVersion7().ToString();
        var rows = Region.Communes().ToList();
        using (var call = membership.Directory.ImportDirectory(Tokens.As(Tokens.Coordinator(), MembershipFixture.Now)))
        {
            foreach (var row in rows.Take(500))
            {
                var sent = row.Clone();
                sent.RequestId = ReferenceEquals(row, rows[0]) ? id : "";
                await call.RequestStream.WriteAsync(sent);
            }

            await Eventually.Is(() => membership.Count("commune"), count => count == 400, "two whole batches are applied");
        }

        Assert.Equal(400, await membership.Count("commune"));
        Assert.Empty(await membership.Said("departements/02"));

        var again = await membership.Import(id, rows);
        Assert.Equal(rows.Count, again.Count);
        // The answers that the cut swallowed are the same ones: created, not "unchanged".
        Assert.DoesNotContain(again, r => r.Outcome != Outcome.Created);
        Assert.Equal(3782, await membership.Count("commune"));
        Assert.Single(await membership.Said("departements/02"));
    }
}
