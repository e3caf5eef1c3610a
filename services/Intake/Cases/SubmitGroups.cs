using System.Diagnostics;
using System.Threading.Channels;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Cases;

/// <summary>
/// Deposits that arrive while others are being committed are stored together, in one transaction of a handful of
/// statements (group commit, DESIGN §7.24): what a commit costs is shared. The answer follows the commit; a caller who
/// gives up takes nothing away from the others.
/// </summary>
internal sealed class SubmitGroups(Db db, Vault vault, MasterKey master, ILogger<SubmitGroups> logger) : BackgroundService
{
    private const int Committers = 2;
    private const int LargestGroup = 128;
    private const int LongestQueue = 4096;
    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(LongestQueue);

    /// <summary>Stores the deposit with others.</summary>
    /// <returns>
    /// Null when it must go alone: not right, urgent, with details of the patient's answer, seen before, or in a group that
    /// could not be stored. Going alone finds out, and nothing was stored here.
    /// </returns>
    /// <exception cref="RuleBroken">RESOURCE_EXHAUSTED when too many wait.</exception>
    public async Task<SubmitCaseResponse?> TryStore(SubmitCaseRequest request, Call call)
    {
        if (request.Urgent || request.ConsentDetails is not null || !Guid.TryParse(request.RequestId, out var requestId))
        {
            return null;
        }

        var waiting = new Waiting(request, call, requestId, Activity.Current?.Id);
        if (!queue.Writer.TryWrite(waiting))
        {
            return queue.Reader.Completion.IsCompleted
                ? null
                : throw RuleBroken.TooMuch(
                    "TOO_MANY_DEPOSITS", "Trop de dépôts en attente : renvoyez la même demande dans un instant.", TimeSpan.FromSeconds(1));
        }

        return await waiting.Answer.Task.WaitAsync(call.Cancellation);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Committers).Select(_ => Task.Run(() => Commit(stoppingToken), stoppingToken)));

    private async Task Commit(CancellationToken stopping)
    {
        try
        {
            while (await queue.Reader.WaitToReadAsync(stopping))
            {
                var group = new List<Waiting>();
                while (group.Count < LargestGroup && queue.Reader.TryRead(out var waiting))
                {
                    group.Add(waiting);
                }

                await Store(group);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Nobody commits any more: whoever still waits goes alone.
            queue.Writer.TryComplete();
            while (queue.Reader.TryRead(out var left))
            {
                left.Answer.TrySetResult(null);
            }
        }
    }

    /// <summary>Whatever goes wrong, every member gets an answer: its own case, or null to try alone and learn why.</summary>
    private async Task Store(List<Waiting> group)
    {
        IReadOnlyCollection<Deposit> stored = [];
        try
        {
            // Outside the transaction: nothing of the directory is locked, and the transaction is short.
            var facts = await db.Read(tx => SubmitFacts.Load(tx, group.ConvertAll(w => (w.Request, w.Call))), CancellationToken.None);
            var right = group.Zip(facts).Select(m => Prepared(m.First, m.Second)).OfType<Deposit>().ToList();
            stored = right.Count == 0 ? [] : await db.InTransaction(tx => Store(tx, right), CancellationToken.None);
        }
        catch (SeenBefore)
        {
            // Alone, whoever repeats something is answered what was answered then.
        }
        catch (Exception failure)
        {
            // Told to whoever runs into it alone: a neighbour's failure must not be told to all.
            logger.LogWarning("A group of {Deposits} deposits goes one by one after {Failure}", group.Count, failure.GetType().Name);
        }

        foreach (var deposit in stored)
        {
            deposit.Waiting.Answer.TrySetResult(deposit.Answer);
        }

        foreach (var waiting in group)
        {
            waiting.Answer.TrySetResult(null);
        }
    }

    /// <returns>Those that are new: the others' intake key was taken.</returns>
    private static async Task<IReadOnlyCollection<Deposit>> Store(Tx tx, IReadOnlyList<Deposit> right)
    {
        var ids = await NewCase.Insert(tx, [.. right.Select(d => d.Case)]);
        var fresh = right.Where(d => ids.Contains(d.Case.Case.Id)).ToList();
        if (!await RequestLogBatch.TryRecord(tx, fresh.ConvertAll(d => new Answered(d.Waiting.Call, d.Waiting.RequestId, d.Waiting.Request, d.Answer))))
        {
            throw new SeenBefore();
        }

        await OutboxBatch.AppendFirst(tx, fresh.ConvertAll(d => new ToSay(d.Case.Case.Name, SubmitCase.Said(d.Case.Case))
        {
            AggregateId = d.Case.Case.Id,
            OccurTime = d.Waiting.Call.Now,
            Traceparent = d.Waiting.Traceparent,
        }));
        return fresh;
    }

    /// <summary>Sealed under a new code, with its answer; null when it is not right.</summary>
    private Deposit? Prepared(Waiting waiting, SubmitFacts facts)
    {
        if (Judge(waiting, facts) is not { } warnings)
        {
            return null;
        }

        var fresh = SubmitCase.Seal(waiting.Request, facts, waiting.Call, vault, SubmitCase.Mac(waiting.Request, master));
        return new Deposit(waiting, fresh, SubmitCase.Answer(fresh.Case, warnings, waiting.Call));
    }

    /// <summary>Null when it is not right: alone, it is refused with its reasons, or found to be the repetition of one that was.</summary>
    private static IReadOnlyList<TextWarning>? Judge(Waiting waiting, SubmitFacts facts)
    {
        try
        {
            SubmitCase.MustBeAllowed(waiting.Request, facts, waiting.Call);
            return SubmitCase.MustBeRight(waiting.Request, facts);
        }
        catch (RuleBroken)
        {
            return null;
        }
    }

    private sealed record Waiting(SubmitCaseRequest Request, Call Call, Guid RequestId, string? Traceparent)
    {
        public TaskCompletionSource<SubmitCaseResponse?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Deposit(Waiting Waiting, NewCase Case, SubmitCaseResponse Answer);

    /// <summary>One of the group repeats another request under another number: rolls the group back.</summary>
    private sealed class SeenBefore : Exception;
}
