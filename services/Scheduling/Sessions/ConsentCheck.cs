using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>What Intake answered for one case; reason is empty when allowed.</summary>
/// <param name="Notice">What the table must know of the item, when allowed.</param>
internal sealed record ConsentAnswer(string Case, bool Allowed, string Reason, ItemNotice? Notice = null);

/// <summary>
/// Asks Intake, for every item at once, whether the case may be spoken of (DESIGN §7.12–13). Fails closed: without a
/// clear answer for all of them the session does not open.
/// </summary>
internal sealed class ConsentCheck(IntakeService.IntakeServiceClient intake, TimeProvider time, IConfiguration configuration, ILogger<ConsentCheck> logger)
{
    /// <summary>The people sit round the table: a clear no soon is better than a long wait. <c>Intake:Deadline</c>.</summary>
    private readonly TimeSpan deadline = configuration.GetValue("Intake:Deadline", TimeSpan.FromSeconds(5));

    /// <param name="people">Those invited, as the directory knows them on the day.</param>
    /// <param name="instant">The consent is asked as of this instant.</param>
    /// <exception cref="RuleBroken">UNAVAILABLE/INTAKE_UNREACHABLE.</exception>
    public async Task<IReadOnlyList<ConsentAnswer>> Ask(
        Meeting meeting, IEnumerable<string> cases, IReadOnlyDictionary<string, Person> people, DateTimeOffset instant, Call call)
    {
        try
        {
            return await Task.WhenAll(cases.Select(c => AskOne(meeting, c, Seats.At(meeting, c, people), instant, call)));
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

    private async Task<ConsentAnswer> AskOne(Meeting meeting, string caseName, IReadOnlyList<Seat> seats, DateTimeOffset instant, Call call)
    {
        var answer = await intake.BeginDiscussionAsync(
            new BeginDiscussionRequest
            {
                // One question, one id: the same session, case, people and instants give the same answer; a later attempt
                // is another question, because consent must be true then, not when first asked.
                RequestId = AggregateId.Of($"{meeting.Name}/{caseName}/{instant:O}/{call.Now:O}/{string.Join(',', seats)}").ToString(),
                Name = caseName,
                Session = meeting.Name,
                Instant = instant.ToProto(),
                Categories = { seats.Select(s => s.Category).Where(c => c != ParticipantCategory.Unspecified).Distinct().Order() },
                People = { seats.Select(s => s.Person) },
            },
            deadline: (time.GetUtcNow() + deadline).UtcDateTime,
            cancellationToken: call.Cancellation);
        return answer.Allowed
            ? new ConsentAnswer(caseName, true, "", NoticeOf(caseName, seats, answer))
            : new ConsentAnswer(caseName, false, answer.Reason is { Length: > 0 } reason ? reason : "CONSENT_NOT_GRANTED");
    }

    private static ItemNotice NoticeOf(string caseName, IReadOnlyList<Seat> seats, BeginDiscussionResponse answer) => new()
    {
        Case = caseName,
        LeavingPeople = { Seats.Leaving(seats, answer) },
        ExcludedTopics = { answer.ExcludedTopics },
        PatientWishesToAttend = answer.PatientParticipation is PatientParticipation.Part or PatientParticipation.All,
    };
}
