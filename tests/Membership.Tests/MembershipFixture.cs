using Grpc.Core;
using Intervision.Membership.Programmes;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>Membership on its own database, with the two programmes.</summary>
public class MembershipFixture() : ServiceFixture<Program>("membership")
{
    public static readonly DateTimeOffset Now = new(2026, 9, 1, 8, 0, 0, TimeSpan.Zero);

    public MembershipService.MembershipServiceClient Directory => Client<MembershipService.MembershipServiceClient>();

    protected override Func<Tx, Task>? Seed => tx => ProgrammeSeed.Seed(tx, Now);

    /// <summary>A whole import as the coordinator, and its results.</summary>
    public async Task<IReadOnlyList<ImportDirectoryResponse.Types.RowResult>> Import(params IEnumerable<ImportDirectoryRequest> rows) =>
        await Import(Guid.CreateVersion7().ToString(), rows);

    public async Task<IReadOnlyList<ImportDirectoryResponse.Types.RowResult>> Import(
        string requestId, IEnumerable<ImportDirectoryRequest> rows, DevelopmentClaims? who = null, DateTimeOffset? now = null)
    {
        using var call = Directory.ImportDirectory(Tokens.As(who ?? Tokens.Coordinator(), now ?? Now));
        try
        {
            var first = true;
            foreach (var row in rows)
            {
                var sent = row.Clone();
                sent.RequestId = first ? requestId : "";
                first = false;
                await call.RequestStream.WriteAsync(sent);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // The server may answer before all is sent; why, the response below says.
        }

        return (await call).Results;
    }

    public async Task<long> Count(string table) =>
        await Db.Read(tx => tx.Single<long>($"select count(*) from {table}"), CancellationToken.None);

    /// <summary>Events in the outbox, counted by type.</summary>
    public async Task<Dictionary<string, long>> EventCounts() =>
        (await Db.Read(
            tx => tx.Query<(string Type, long Count)>("select event_type, count(*) from outbox group by event_type"), CancellationToken.None))
        .ToDictionary(e => e.Type, e => e.Count, StringComparer.Ordinal);
}
