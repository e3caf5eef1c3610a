using System.Runtime.CompilerServices;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Watch;

/// <summary>
/// Tells one watcher each change of a case it may see, once, from where its token says (docs/adr/0016): first from the
/// database, in pages, up to what the tail has seen; then what the tail finds. Configuration <c>Intake:Watch:Heartbeat</c>
/// (20 s) and <c>Intake:Watch:SlowestReader</c> (30 s for one message).
/// </summary>
internal sealed class WatchCases(
    Db db, CaseTail tail, ResumeTokens tokens, WatchPlaces places, IHostApplicationLifetime lifetime, IConfiguration configuration, TimeProvider time)
    : IDisposable
{
    private const int Page = 500;

    /// <summary>Of a thousand who come back at once, so many ask the database at a time: deposits go on meanwhile.</summary>
    private readonly SemaphoreSlim readers = new(4);

    private readonly TimeSpan heartbeat = configuration.GetValue("Intake:Watch:Heartbeat", TimeSpan.FromSeconds(20));
    private readonly TimeSpan slowestReader = configuration.GetValue("Intake:Watch:SlowestReader", TimeSpan.FromSeconds(30));

    /// <param name="validFor">How long the caller's token still counts.</param>
    public async Task Handle(WatchCasesRequest request, IServerStreamWriter<WatchCasesResponse> responses, Call call, TimeSpan validFor)
    {
        using var place = places.Take(call.Caller.Subject);
        using var end = new WatchEnd(validFor, time, lifetime.ApplicationStopping, call.Cancellation);
        try
        {
            var known = await tokens.Open(request.ResumeToken, call.Caller, end.Token);
            using var listening = await tail.Listen(end.Token);
            var from = known is null ? FirstTime(request) : await MustBeKnown(known, end.Token);
            await foreach (var (change, at) in Follow(from, call.Caller, end.Token))
            {
                var message = new WatchCasesResponse { Change = change?.Told(), ResumeToken = await tokens.Seal(at, call.Caller, end.Token) };
                end.MustBeReadWithin(slowestReader);
                // Of a write that nobody reads the cancellation cuts the stream: no status could reach the reader anyway.
                await responses.WriteAsync(message, end.Token);
                end.WasRead();
            }
        }
        catch (OperationCanceledException cancelled)
        {
            throw end.Reason(cancelled);
        }
    }

    public void Dispose() => readers.Dispose();

    private Bookmark FirstTime(WatchCasesRequest request) =>
        new(tail.Recent.Now.Seen, Case: request.ChangesOnly ? null : Guid.Empty);

    /// <summary>The tail has seen everything any instance saw before this call: what lies beyond it never was in this database.</summary>
    private async Task<Bookmark> MustBeKnown(Bookmark known, CancellationToken cancellation) =>
        known.High <= tail.Recent.Now.Seen.High || await db.Read(tx => WatchSql.Knows(tx, known.High), cancellation)
            ? known
            : throw RuleBroken.NotNow(
                "RESUME_TOKEN_UNKNOWN", "Ce jeton de reprise vient d'un état de la base qui n'est plus : recommencez sans jeton.", "RESUME_TOKEN");

    /// <summary>Every change with where one stands after it; null for a heartbeat.</summary>
    private async IAsyncEnumerable<(Change? Change, Bookmark At)> Follow(Bookmark at, Caller caller, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var state in States(at, caller, cancellation))
        {
            yield return (state, at with { Case = state.CaseId });
        }

        at = at with { Case = null };
        while (true)
        {
            var (now, no) = tail.Recent.Now;
            await foreach (var told in CatchUp(at, now, caller, cancellation))
            {
                yield return told;
            }

            at = new Bookmark(now);
            yield return (null, at);
            while (tail.Recent.TryNext(no, out var batch, out var news))
            {
                if (batch is null)
                {
                    await news.WaitAsync(heartbeat, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    cancellation.ThrowIfCancellationRequested();
                    if (!news.IsCompleted)
                    {
                        yield return (null, at);
                    }

                    continue;
                }

                foreach (var change in batch.Changes.Where(c => c.IsVisibleTo(caller)).TakeWhile(_ => IsFresh(batch)))
                {
                    at = new Bookmark(batch.Before, batch.After, change.No);
                    yield return (change, at);
                }

                if (!IsFresh(batch))
                {
                    break;
                }

                (at, no) = (new Bookmark(batch.After), batch.No);
            }
        }
    }

    /// <summary>Who may see a case is judged as of the sending: what was read long ago is read again.</summary>
    private bool IsFresh(Batch batch) => time.GetElapsedTime(batch.ReadAt) < TimeSpan.FromSeconds(5);

    private async IAsyncEnumerable<Change> States(Bookmark at, Caller caller, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var after = at.Case; after is { } last;)
        {
            var page = await Read(tx => WatchSql.States(tx, at.Seen, last, caller, Page), cancellation);
            foreach (var state in page)
            {
                yield return state;
            }

            after = page.Count == Page ? page[^1].CaseId : null;
        }
    }

    private async IAsyncEnumerable<(Change Change, Bookmark At)> CatchUp(
        Bookmark at, Position now, Caller caller, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (at.Next is not null || !at.Seen.Covers(now))
        {
            var next = at.Next ?? now;
            var page = await Read(tx => WatchSql.Between(tx, at.Seen, next, at.No, caller, Page), cancellation);
            foreach (var change in page)
            {
                at = new Bookmark(at.Seen, next, change.No);
                yield return (change, at);
            }

            if (page.Count < Page)
            {
                at = new Bookmark(next);
            }
        }
    }

    private async Task<T> Read<T>(Func<Tx, Task<T>> work, CancellationToken cancellation)
    {
        await readers.WaitAsync(cancellation);
        try
        {
            return await db.Read(work, cancellation);
        }
        finally
        {
            readers.Release();
        }
    }
}
