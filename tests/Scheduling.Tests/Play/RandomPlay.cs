using Google.Protobuf;
using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests.Play;

/// <summary>Something happened that must never happen.</summary>
internal sealed class PlayFailure(string message) : Exception(message);

/// <summary>Plays one number after the other: who does what, to which session, when; and what other services say meanwhile.</summary>
/// <param name="alone">Nobody else plays in this world.</param>
internal sealed class RandomPlay(PlayWorld world, bool alone = true)
{
    private static readonly StatusCode[] Answers =
        [StatusCode.OK, StatusCode.InvalidArgument, StatusCode.FailedPrecondition, StatusCode.Aborted, StatusCode.PermissionDenied, StatusCode.NotFound];

    /// <summary>What was done, and what was answered.</summary>
    public List<string> Script { get; } = [];

    /// <summary>Verbs that succeeded, and events.</summary>
    public HashSet<string> Done { get; } = [];

    /// <summary>Cases that Intake has taken back since it last gave them.</summary>
    public HashSet<string> Gone { get; } = new(StringComparer.Ordinal);

    /// <summary>The session that the last call was about, as it was before, and the answer; null: refused, or no call.</summary>
    public (Seen Session, IMessage? Answer)? Last { get; private set; }

    public async Task Step(int number)
    {
        var dice = new Random(number);
        var sessions = await world.Sessions();
        // The first dates that are still on, mostly: what happens, happens to few.
        var on = sessions.Where(s => s.State != "CANCELLED").Take(4).ToList();
        var session = on.Count == 0 || dice.Next(5) == 0 ? sessions[dice.Next(sessions.Count)] : on[dice.Next(on.Count)];
        if (dice.Next(8) == 0)
        {
            Last = null;
            await Hear(dice, session);
            return;
        }

        var verb = Pick(dice, session);
        var (who, stranger) = world.Caller(dice, session.Pole);
        var due = session.StartInstant.AddDays(verb.DaysFromStart).AddMinutes(dice.Next(3));
        var now = dice.Next(10) == 0 ? due.AddDays(dice.Next(-20, 20)) : due > session.ChangeTime ? due : session.ChangeTime.AddMinutes(1);
        var etag = dice.Next(15) == 0 ? "v999" : $"v{session.Version}";
        var (id, thrown, others) = (Stage.NewRequest(), dice.Next(), sessions.Where(s => s.Id != session.Id).ToList());
        // Now and then the same request twice at once: an impatient hand, a retrying network.
        var calls = Enumerable.Range(0, dice.Next(12) == 0 ? 2 : 1).Select(_ => Call(verb, new Move(world, new Random(thrown), session, others, etag, id), Tokens.As(who, now)));
        var answers = await Task.WhenAll(calls);
        var answered = answers.FirstOrDefault(a => a.Status == StatusCode.OK, answers[0]);
        Last = (session, answered.Message);
        Script.Add($"{verb.Name} {session.Pole} {session.Date:dd/MM} ({session.State}) by {who.Subject} at {now:dd/MM HH:mm}{(answers.Length > 1 ? " twice" : "")}: {answered.Status} {answered.Reason}");
        // A refusal is not kept: what stood in the way of the one may be gone before the other, where somebody else plays.
        if (answers.Any(a => !Equals(a.Message, answered.Message) && (alone || a.Status == StatusCode.OK)))
        {
            throw new PlayFailure($"{verb.Name}: one request was answered {string.Join(" and ", answers.Select(a => $"{a.Status} {a.Reason}"))}");
        }

        if (!Answers.Contains(answered.Status))
        {
            throw new PlayFailure($"answered {answered.Status}");
        }

        if (stranger && !verb.ByAnybody && answered.Status != StatusCode.PermissionDenied)
        {
            throw new PlayFailure($"a stranger was answered {answered.Status} {answered.Reason}");
        }

        if (answered.Status == StatusCode.OK)
        {
            Done.Add(verb.Name);
        }
    }

    private static PlayVerb Pick(Random dice, Seen session)
    {
        var fitting = PlayVerbs.All.SelectMany(v => v.In.Split(' ').Where(s => s == session.State).Select(_ => v)).ToList();
        // A frozen agenda is not frozen again, and what is to be reviewed is frozen.
        fitting.RemoveAll(v => session.Frozen ? v.Name is "FreezeAgenda" or "PlaceReadyCases" : v.Name is "ReviewItem" or "ConveneSession" or "HoldPreparatoryMeeting");
        return fitting.Count > 0 && dice.Next(6) > 0 ? fitting[dice.Next(fitting.Count)] : PlayVerbs.All[dice.Next(PlayVerbs.All.Count)];
    }

    private static async Task<(StatusCode Status, string Reason, IMessage? Message)> Call(PlayVerb verb, Move move, Metadata headers)
    {
        try
        {
            return (StatusCode.OK, "", await verb.Call(move, headers));
        }
        catch (RpcException refused)
        {
            return (refused.StatusCode, refused.Reason() ?? "", null);
        }
    }

    /// <summary>What Intake, Membership and Indemnisation say, at any time.</summary>
    private async Task Hear(Random dice, Seen session)
    {
        var n = 1 + dice.Next(PlayWorld.Cases);
        var name = world.Case(n);
        var said = session.ChangeTime.AddMinutes(1);
        var what = dice.Next(12) switch
        {
            0 or 1 or 2 => "ready again",
            3 => "withdrawn",
            4 => "no longer ready",
            5 when dice.Next(3) == 0 => "erased",
            6 => "pole",
            7 when session.State == "ATTENDANCE_CERTIFIED" => "settled",
            8 => "denied",
            9 => "excludes",
            10 => "patient comes",
            _ => "agrees",
        };
        Script.Add($"{what}: {name}, {session.Pole} {session.Date:dd/MM}");
        Done.Add(what);
        if (world.Erased.ContainsKey(n) && what is "ready again" or "withdrawn" or "no longer ready")
        {
            return;
        }

        switch (what)
        {
            case "ready again":
                Gone.Remove(name);
                await world.Ready(n, dice, said);
                break;
            case "withdrawn":
                Gone.Add(name);
                await world.Fixture.Deliver("intake", new ConsentWithdrawn { Case = name }, name, said);
                break;
            case "no longer ready":
                Gone.Add(name);
                await world.Fixture.Deliver("intake", new CaseNoLongerReady { Case = name, Reason = dice.Next(2) == 0 ? "ABANDONED" : "SHEET_REOPENED" }, name, said);
                break;
            case "erased":
                world.Erased[n] = true;
                await world.Fixture.Deliver("intake", new CaseErased { Case = name }, name, said);
                break;
            case "pole":
                await world.Meets(dice.Next(2), dice);
                break;
            case "settled":
                await world.Fixture.Deliver("indemnisation", new Indemnisation.Events.V1.SessionSettled { Session = session.Name }, session.Name, said);
                break;
            default:
                Answer(name, what, dice);
                break;
        }
    }

    /// <summary>What Intake answers of a case from now on, when it is asked.</summary>
    private void Answer(string name, string what, Random dice)
    {
        var answer = what switch
        {
            "denied" => new BeginDiscussionResponse { Allowed = false, Reason = dice.Next(2) == 0 ? "CONSENT_NOT_GRANTED" : "CASE_NOT_SCHEDULED" },
            "excludes" => new BeginDiscussionResponse { Allowed = true, ExcludedPeople = { dice.GetItems(world.People, 1) } },
            "patient comes" => new BeginDiscussionResponse { Allowed = true, PatientParticipation = PatientParticipation.Part },
            _ => new BeginDiscussionResponse { Allowed = true },
        };
        world.Fixture.Intake.Answers[name] = _ => Task.FromResult(answer);
    }
}
