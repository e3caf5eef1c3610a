using Google.Protobuf;
using Intervision.Membership.V1;
using Intervision.Tests.Support;
using Outcome = Intervision.Membership.V1.FileRowResult.Types.Outcome;

namespace Intervision.Membership.Tests;

/// <summary>Clients that hang up, dawdle, or do not read while they send.</summary>
public sealed class CutFilesTests : IAsyncLifetime
{
    private readonly MembershipFixture membership = new();

    public ValueTask InitializeAsync() => membership.InitializeAsync();

    public ValueTask DisposeAsync() => membership.DisposeAsync();

    [Fact]
    public async Task Hanging_up_while_sending_leaves_nothing()
    {
        using (var call = membership.Directory.ImportFiles(Tokens.As(Tokens.Coordinator(), MembershipFixture.Now)))
        {
            foreach (var (file, text) in DirectoryFiles.OfRegion().Take(5))
            {
                await Send(call.RequestStream, Guid.CreateVersion7().ToString(), file, text);
            }

            await Eventually.Is(Importing, n => n == 1, "the import stages lines");
        }

        await Eventually.Is(Importing, n => n == 0, "no import holds lines any more");
        Assert.Equal((0, 0, 0), (await membership.Count("import_line"), await membership.Count("commune"), await membership.Count("request_log")));
    }

    [Fact]
    public async Task Hanging_up_while_results_come_keeps_whole_batches_and_the_import_can_be_sent_again()
    {
        var id = Guid.CreateVersion7().ToString();
        var region = DirectoryFiles.OfRegion();
        using (var call = membership.Directory.ImportFiles(Tokens.As(Tokens.Coordinator(), MembershipFixture.Now)))
        {
            foreach (var (file, text) in region)
            {
                await Send(call.RequestStream, id, file, text);
            }

            await call.RequestStream.CompleteAsync();
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }

        await Eventually.Is(Importing, n => n == 0, "no import holds lines any more");
        var communes = await membership.Count("commune");
        Assert.True(communes is 3782 || communes % 1000 == 0, $"{communes} communes");
        var again = await membership.ImportFiles(region, id);
        // The answers that the cut swallowed are the same ones: created, not "unchanged".
        Assert.DoesNotContain(again.Results, r => r.Outcome != Outcome.Created);
        Assert.Equal(1378, (await membership.EventCounts())["intervision.membership.professional_changed.v1"]);
    }

    [Fact]
    public async Task Whoever_reads_only_after_sending_all_gets_all()
    {
        using var call = membership.Directory.ImportFiles(Tokens.As(Tokens.Coordinator(), MembershipFixture.Now));
        var id = Guid.CreateVersion7().ToString();
        // Lines that cannot be read: their results must not be in the way of the lines that follow.
        await Send(call.RequestStream, id, DirectoryFile.Communes, "insee_code;name;departement;postal_codes;population\n" + string.Concat(Enumerable.Repeat("59350;Lille\n", 50_000)));
        await call.RequestStream.CompleteAsync();
        var results = 0;
        while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
        {
            results += call.ResponseStream.Current.Results.Count;
        }

        Assert.Equal(50_000, results);
    }

    private static async Task Send(Grpc.Core.IClientStreamWriter<ImportFilesRequest> requests, string id, DirectoryFile file, string text)
    {
        foreach (var piece in System.Text.Encoding.UTF8.GetBytes(text).Chunk(60_000))
        {
            await requests.WriteAsync(new ImportFilesRequest { RequestId = id, File = file, Data = ByteString.CopyFrom(piece) });
        }
    }

    /// <summary>Transactions that have written to the table of staged lines.</summary>
    private Task<long> Importing() => membership.AsOwner<long>(
        """
        select count(*) from pg_locks
        where relation = 'import_line'::regclass and mode = 'RowExclusiveLock' and database = (select oid from pg_database where datname = current_database())
        """);
}
