using Dapper;
using Intervision.Intake.AccessLog;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Npgsql;

namespace Intervision.Intake.Tests;

/// <summary>The chain itself: months that open with the last hash of the month before, dropped ones, anchors.</summary>
public sealed class AccessChainTests(OwnIntakeFixture service) : IClassFixture<OwnIntakeFixture>
{
    private static readonly DateOnly May = new(2020, 5, 1);

    [Fact]
    public async Task Months_are_dropped_and_the_rest_still_verifies()
    {
        foreach (var month in new[] { 3, 4, 5, 6 })
        {
            await Note(new DateTimeOffset(2020, month, 10, 9, 0, 0, TimeSpan.Zero), 24);
        }

        // A clock that goes back writes on in the month that is open.
        await Note(new DateTimeOffset(2020, 4, 10, 9, 0, 0, TimeSpan.Zero), 8);
        var lines = await Lines(null);
        Assert.Equal(104, await Verify(lines));
        Assert.Equal([3, 4, 5, 6], lines.OfType<Opening>().Where(o => o.Shard == 0).Select(o => o.Segment.Month));

        // From a month on, and before it nothing is said.
        Assert.Equal(56, await Verify(await Lines(May), May));
        await Broken(await Lines(May), "begins at another number");

        // Taken out by hand, then dropped as they should be.
        await Broken([.. lines.Where(l => !(l is Entry { Shard: 2 } e && e.Segment < May) && !(l is Opening { Shard: 2 } o && o.Segment < May))], "begins at another number", 2);
        await Broken([.. lines.Where(l => l is not Entry { Shard: 2, Segment.Month: 4 })], "begins at another number", 2);
        var dropped = await Owner(db => db.ExecuteScalarAsync<long>("select access_log_drop('2020-05-01')"));
        Assert.Equal(48, dropped);
        lines = await Lines(null);
        Assert.Equal(56, await Verify(lines));
        Assert.Equal([true, true, false, false], lines.OfType<Opening>().Where(o => o.Shard == 0).Select(o => o.DropTime is not null));

        // What an earlier export knew is still so; a log written anew from there is not.
        var anchor = lines.OfType<Head>().ToDictionary(h => h.Shard);
        await Note(new DateTimeOffset(2020, 7, 10, 9, 0, 0, TimeSpan.Zero), 16);
        Assert.Equal(72, await Verify(await Lines(null), anchor: anchor));
        await Broken(Rewritten(await Lines(null)), "an earlier export", anchor: anchor);
        Assert.Equal(72, await Verify(Rewritten(await Lines(null))));

        // The latest six months are not to be dropped by anybody.
        var refused = await Assert.ThrowsAsync<PostgresException>(() => service.Db.Read(tx => tx.Execute("select access_log_drop(current_date)"), CancellationToken.None));
        Assert.Contains("six months", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hash_covers_every_field()
    {
        var entry = new Entry
        {
            Shard = 1, Segment = May, No = 7, AccessTime = IntakeFixture.Start, Actor = "a", Roles = ["b", "c"], ActingAs = "d", CaseCode = "e",
            Action = "f", Purpose = "g", Outcome = "h",
        };
        Entry[] others =
        [
            entry with { Shard = 2 }, entry with { Segment = May.AddMonths(1) }, entry with { No = 8 }, entry with { AccessTime = IntakeFixture.Start.AddMicroseconds(1) },
            entry with { Actor = "ab" }, entry with { Roles = ["b"] }, entry with { ActingAs = "de", CaseCode = "" }, entry with { CaseCode = "E" },
            entry with { Action = "F" }, entry with { Purpose = "G" }, entry with { Outcome = "H" },
        ];
        var genesis = ChainLine.Genesis(1);
        var hashes = others.Select(o => Convert.ToHexString(o.HashAfter(genesis))).Append(Convert.ToHexString(entry.HashAfter(genesis)))
            .Append(Convert.ToHexString(entry.HashAfter(ChainLine.Genesis(2)))).ToList();
        Assert.Equal(hashes.Count, hashes.Distinct().Count());
        Assert.Equal(entry, Back(entry) with { Roles = entry.Roles, Hash = entry.Hash });
    }

    [Theory]
    [InlineData("", "without the shard's head")]
    [InlineData("not json", "cannot be read")]
    [InlineData("{\"kind\":\"poem\"}", "cannot be read")]
    [InlineData("{\"kind\":\"head\",\"shard\":3}", "shard 3 stands here")]
    public async Task A_file_that_is_no_log_is_said_to_be_broken(string text, string why)
    {
        var broken = await Assert.ThrowsAsync<BrokenChain>(() => ChainVerifier.Verify(ChainReader.Lines(new StringReader(text)), null, null));
        Assert.Contains(why, broken.Message, StringComparison.Ordinal);
    }

    private static Entry Back(Entry entry) => (Entry)ChainReader.Lines(new StringReader(ChainReader.ToText(entry))).ToBlockingEnumerable().Single();

    /// <summary>As whoever owns the database could write it: another reader, and every hash after it made to fit.</summary>
    private static List<ChainLine> Rewritten(IReadOnlyList<ChainLine> lines)
    {
        var written = new List<ChainLine>();
        byte[] hash = [];
        foreach (var line in lines)
        {
            written.Add(line switch
            {
                Opening opening when written.LastOrDefault() is Entry => opening with { Hash = hash },
                Entry entry => Again(entry),
                Head head => head with { Hash = written[^1] is Entry last ? last.Hash : head.Hash },
                _ => line,
            });
            hash = line is Opening { } o && written[^1] is Opening w ? w.Hash : hash;
        }

        return written;

        Entry Again(Entry entry)
        {
            var changed = entry with { Actor = "nobody" };
            hash = changed.HashAfter(hash);
            return changed with { Hash = hash };
        }
    }

    private Task<long> Verify(IReadOnlyList<ChainLine> lines, DateOnly? from = null, IReadOnlyDictionary<int, Head>? anchor = null) =>
        ChainVerifier.Verify(lines.ToAsyncEnumerable(), from, anchor);

    private async Task Broken(IReadOnlyList<ChainLine> lines, string why, int? shard = null, IReadOnlyDictionary<int, Head>? anchor = null)
    {
        var broken = await Assert.ThrowsAsync<BrokenChain>(() => Verify(lines, anchor: anchor));
        Assert.Contains(why, broken.Message, StringComparison.Ordinal);
        Assert.Equal(shard ?? broken.Shard, broken.Shard);
    }

    private Task<List<ChainLine>> Lines(DateOnly? from) => service.Db.InTransaction(
        async tx =>
        {
            var lines = new List<ChainLine>();
            await foreach (var line in ChainReader.Lines(tx, from))
            {
                lines.Add(line);
            }

            return lines;
        },
        CancellationToken.None);

    /// <summary>Readings at an instant, the same number in every shard.</summary>
    private async Task Note(DateTimeOffset time, int readings)
    {
        var caller = new Caller(IntakeFixture.Doctor, new HashSet<string> { Roles.Professional }, null, new HashSet<string>(), null, null);
        for (var i = 0; i < readings; i++)
        {
            var id = new Guid(i, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)i);
            await service.Db.InTransaction(
                tx => AccessTrace.Append(tx, new Call(caller, time, "", CancellationToken.None), id, AccessTrace.ReadSheet, "SESSION", AccessTrace.Given), CancellationToken.None);
        }
    }

    private async Task<T> Owner<T>(Func<NpgsqlConnection, Task<T>> work)
    {
        await using var connection = new NpgsqlConnection(service.OwnerConnectionString);
        return await work(connection);
    }
}
