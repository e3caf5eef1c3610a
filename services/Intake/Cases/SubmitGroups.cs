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
    /// Null when it must go alone: refused, urgent, seen before, or in a group that could not be stored. Going alone finds
    /// out, and nothing was stored here.
    /// </returns>
    /// <exception cref="RuleBroken">RESOURCE_EXHAUSTED when too many wait.</exception>
    public async Task<SubmitCaseResponse?> TryStore(SubmitCaseRequest request, Call call)
    {
        if (request.Urgent || !Guid.TryParse(request.RequestId, out var requestId))
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
        var answers = new SubmitCaseResponse?[group.Count];
        try
        {
            answers = await db.InTransaction(tx => Store(tx, group), CancellationToken.None);
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

        for (var i = 0; i < group.Count; i++)
        {
            group[i].Answer.TrySetResult(answers[i]);
        }
    }

    private async Task<SubmitCaseResponse?[]> Store(Tx tx, List<Waiting> group)
    {
        var facts = await SubmitFacts.Load(tx, group.ConvertAll(w => w.Request));
        var answers = new SubmitCaseResponse?[group.Count];
        var fresh = new List<(Waiting Waiting, NewCase Case, SubmitCaseResponse Answer)>();
        for (var i = 0; i < group.Count; i++)
        {
            if (Judge(group[i], facts[i]) is { } warnings)
            {
                var sealedCase = SubmitCase.Seal(group[i].Request, facts[i], group[i].Call, vault, master);
                answers[i] = SubmitCase.Answer(sealedCase.Case, warnings, group[i].Call);
                fresh.Add((group[i], sealedCase, answers[i]!));
            }
        }

        if (fresh.Count > 0
            && (!await RequestLogBatch.TryRecord(tx, fresh.ConvertAll(f => new Answered(f.Waiting.Call, f.Waiting.RequestId, f.Waiting.Request, f.Answer)))
                || await NewCase.Insert(tx, fresh.ConvertAll(f => f.Case)) < fresh.Count))
        {
            throw new SeenBefore();
        }

        await OutboxBatch.Append(tx, DateTimeOffset.UnixEpoch, fresh.ConvertAll(f => new ToSay(f.Case.Case.Name, SubmitCase.Said(f.Case.Case))
        {
            AggregateId = f.Case.Case.Id,
            OccurTime = f.Waiting.Call.Now,
            Traceparent = f.Waiting.Traceparent,
        }));
        return answers;
    }

    /// <summary>Null when it is not right: alone, it is refused with its reasons, or found to be the repetition of one that was.</summary>
    private static IReadOnlyList<TextWarning>? Judge(Waiting waiting, SubmitFacts facts)
    {
        try
        {
            return SubmitCase.MustBeRight(waiting.Request, facts, waiting.Call);
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

    /// <summary>One of the group repeats another request or another deposit: rolls the group back.</summary>
    private sealed class SeenBefore : Exception;
}
