using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>What Intake answered for one case; reason is empty when allowed.</summary>
internal sealed record ConsentAnswer(string Case, bool Allowed, string Reason);

/// <summary>
/// Asks Intake, for every item at once, whether the case may be spoken of (DESIGN §7.12–13). Fails closed: without a
/// clear answer for all of them the session does not open.
/// </summary>
internal sealed class ConsentCheck(IntakeService.IntakeServiceClient intake, TimeProvider time, IConfiguration configuration, ILogger<ConsentCheck> logger)
{
    /// <summary>The people sit round the table: a clear no soon is better than a long wait. <c>Intake:Deadline</c>.</summary>
    private readonly TimeSpan deadline = configuration.GetValue("Intake:Deadline", TimeSpan.FromSeconds(5));

    /// <param name="instant">The consent is asked as of this instant.</param>
    /// <exception cref="RuleBroken">UNAVAILABLE/INTAKE_UNREACHABLE.</exception>
    public async Task<IReadOnlyList<ConsentAnswer>> Ask(Meeting meeting, IEnumerable<string> cases, DateTimeOffset instant, Call call)
    {
        try
        {
            return await Task.WhenAll(cases.Select(c => AskOne(meeting, c, instant, call)));
        }
        catch (RpcException unanswered) when (!call.Cancellation.IsCancellationRequested)
        {
            logger.LogWarning("Intake gave no answer at the opening of {Session}: {Status}", meeting.Name, unanswered.StatusCode);
            throw RuleBroken.Unavailable(
                "INTAKE_UNREACHABLE",
                "L'accord des patients n'a pas pu être vérifié ; rien n'a été modifié. Réessayez, ou ouvrez la séance sans ces situations.");
        }
        catch (RpcException) when (call.Cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(call.Cancellation);
        }
    }

    private async Task<ConsentAnswer> AskOne(Meeting meeting, string caseName, DateTimeOffset instant, Call call)
    {
        var answer = await intake.BeginDiscussionAsync(
            new BeginDiscussionRequest
            {
                // One question, one id: the same session, case and instants give the same answer; a later attempt is
                // another question, because consent must be true then, not when first asked.
                RequestId = AggregateId.Of($"{meeting.Name}/{caseName}/{instant:O}/{call.Now:O}").ToString(),
                Name = caseName,
                Session = meeting.Name,
                Instant = instant.ToProto(),
            },
            deadline: (time.GetUtcNow() + deadline).UtcDateTime,
            cancellationToken: call.Cancellation);
        return new ConsentAnswer(caseName, answer.Allowed, answer.Allowed ? "" : answer.Reason is { Length: > 0 } reason ? reason : "CONSENT_NOT_GRANTED");
    }
}
