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
/// Asks Intake whether a case may be spoken of: for every item at the opening, and again for each at its end, because what
/// a patient said meanwhile may still be on its way here (DESIGN §7.12–13). Fails closed: without a clear answer the
/// session does not open, and the item was not discussed.
/// </summary>
internal sealed class ConsentCheck(IntakeService.IntakeServiceClient intake, TimeProvider time, IConfiguration configuration, ILogger<ConsentCheck> logger)
{
    /// <summary>The people sit round the table: a clear no soon is better than a long wait. <c>Intake:Deadline</c>.</summary>
    private readonly TimeSpan deadline = configuration.GetValue("Intake:Deadline", TimeSpan.FromSeconds(5));

    /// <summary>
    /// The case could not be spoken of here, but the patient did not refuse, so it waits again: Intake had not heard of the
    /// agenda yet, or others than those expected may hear of it.
    /// </summary>
    public static bool IsNoRefusal(string reason) => reason is "CASE_NOT_SCHEDULED" or "NOBODY_MAY_HEAR";

    /// <param name="people">Those invited, as the directory knows them on the day.</param>
    /// <exception cref="RuleBroken">UNAVAILABLE/INTAKE_UNREACHABLE.</exception>
    public Task<ConsentAnswer[]> Ask(Meeting meeting, IEnumerable<string> cases, IReadOnlyDictionary<string, Person> people, Call call) =>
        Answered(meeting, cases.Select(c => (c, Seats.At(meeting, c, people))), call);

    /// <param name="present">Those who were there for the item.</param>
    /// <exception cref="RuleBroken">UNAVAILABLE/INTAKE_UNREACHABLE.</exception>
    public async Task<ConsentAnswer> AskAgain(Meeting meeting, string caseName, IReadOnlyDictionary<string, Person> present, Call call) =>
        (await Answered(meeting, [(caseName, Seats.Of(meeting, present))], call))[0];

    /// <summary>On the day the consent is asked as of now; entered afterwards from paper, as of the session's start (DESIGN §7.12).</summary>
    private static DateTimeOffset AsOf(Meeting meeting, DateTimeOffset now) => IsEnteredAfterwards(meeting, now) ? meeting.Start : now;

    /// <summary>From the day after on, whatever is said of the session was so at its start.</summary>
    public static bool IsEnteredAfterwards(Meeting meeting, DateTimeOffset now) => Paris.DateOf(now) > meeting.Date;

    private async Task<ConsentAnswer[]> Answered(Meeting meeting, IEnumerable<(string Case, IReadOnlyList<Seat> Seats)> questions, Call call)
    {
        try
        {
            return await Task.WhenAll(questions.Select(q => AskOne(meeting, q.Case, q.Seats, AsOf(meeting, call.Now), call)));
        }
        catch (RpcException unanswered) when (!call.Cancellation.IsCancellationRequested)
        {
            logger.LogWarning("Intake gave no answer for {Session}: {Status}", meeting.Name, unanswered.StatusCode);
            throw RuleBroken.Unavailable(
                "INTAKE_UNREACHABLE",
                "L'accord des patients n'a pas pu être vérifié ; rien n'a été modifié. Réessayez, ou continuez sans ces situations.");
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
                // One question, one id: the same session as it stands, case, people and instants give the same answer; a later
                // attempt is another question, because consent must be true then, not when first asked.
                RequestId = AggregateId.Of($"{meeting.Name}/{meeting.Version}/{caseName}/{instant:O}/{call.Now:O}/{string.Join(',', seats)}").ToString(),
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
