using Intervision.Scheduling.Agendas;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Rooms;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Sessions;

/// <summary>Names facilitator and expert, invites everybody, takes them and says so.</summary>
internal sealed class ConveneSession(Db db, VideoLinks video)
{
    private const int LongestReason = 500;
    private const string NoExpert = "Séance sans expert.";
    private const string NoCharter = "Charte non acceptée : ";
    private const string ReviewAsks = "La réunion préparatoire demande pour la situation n° ";
    private const string Expected = "Attendu pour la situation n° ";
    private const string NoPhysician = "Ni médecin traitant ni raison de son absence pour la situation n° ";

    public Task<ConveneSessionResponse> Handle(ConveneSessionRequest request, Call call) => db.Once(call, request.RequestId, request, tx => Apply(tx, request, call));

    /// <summary>In the caller's transaction: a repair is several verbs in one.</summary>
    internal async Task<ConveneSessionResponse> Apply(Tx tx, ConveneSessionRequest request, Call call)
    {
        var (meeting, actor) = await SessionVerb.Enter(tx, call, request.Name, request.Etag, (a, m) => a.Organises(m));
        var waiver = WaiverOf(request.Expert, request.ExpertWaiverReason);
        var decided = Decide(meeting, await Gather(tx, meeting, request.Facilitator, request.Expert, waiver));
        var saved = await MeetingStore.Save(tx, call.Now, meeting, decided);
        await Bookings.TakePeople(tx, saved);
        await video.Make(tx, saved, call.Now);
        return new ConveneSessionResponse { Session = SessionView.For(saved, actor) };
    }

    /// <summary>Why there is no expert; nothing where there is one.</summary>
    internal static string WaiverOf(string expert, string reason)
    {
        var broken = new Violations();
        broken.Check(reason.Length <= LongestReason, "expert_waiver_reason", "TEXT_TOO_LONG", $"Au plus {LongestReason} caractères.");
        // A code written here would outlive the erasure of its case.
        broken.Check(!reason.Contains("SIT-", StringComparison.OrdinalIgnoreCase), "expert_waiver_reason", "CASE_CODE_IN_TEXT", "Aucune situation n'est nommée dans la raison.");
        broken.ThrowIfAny();
        return expert.Length > 0 ? "" : reason.Trim();
    }

    /// <summary>All that the decision looks at.</summary>
    internal sealed record Convening(
        Pole Pole, bool ConventionInForce, string Facilitator, string Expert, string WaiverReason,
        IReadOnlyList<Invitation> Invitations, IReadOnlyDictionary<string, Person> People)
    {
        /// <summary>The people of each case on the agenda.</summary>
        public IReadOnlyList<CasePeople> Cases { get; init; } = [];
    }

    internal static Decided Decide(Meeting meeting, Convening with)
    {
        if (with.Pole.PreparatoryMeetingRequired && meeting.State == SessionState.Planned)
        {
            throw RuleBroken.NotNow("PREPARATORY_MEETING_REQUIRED", "Le programme demande une réunion préparatoire avant de convoquer.", "STATE", meeting.Name);
        }

        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared);
        HoldPreparatoryMeeting.MustHaveFixedAgenda(meeting);
        if (!with.ConventionInForce)
        {
            throw RuleBroken.NotNow("NO_CONVENTION_IN_FORCE", "La structure d'accueil n'a pas de convention en vigueur à la date de la séance.", "CONVENTION", meeting.Host, ("date", $"{meeting.Date:yyyy-MM-dd}"));
        }

        MustHaveTable(meeting, with);
        MustHavePhysicians(meeting, with);
        var after = meeting with
        {
            State = SessionState.Convened,
            Facilitator = with.Facilitator,
            Expert = with.Expert,
            ExpertWaiverReason = with.WaiverReason,
            Invitations = with.Invitations,
            Warnings = [.. meeting.Warnings, .. Warnings(meeting, with)],
        };
        return new Decided(after, Convened(after, with.People));
    }

    /// <summary>C4: the attending physician of every case, or the recorded reason why not.</summary>
    private static void MustHavePhysicians(Meeting meeting, Convening with)
    {
        if (with.Pole.AttendingPhysicianRequired && with.Cases.Where(c => c.LacksPhysician).Select(c => c.Name).ToList() is [var first, ..])
        {
            throw RuleBroken.NotNow(
                "PHYSICIAN_REASON_MISSING", "Une situation est sans médecin traitant : dites d'abord pourquoi.", "STATE", meeting.Name, ("case", first));
        }
    }

    /// <summary>S2: a facilitator, and an expert or the recorded reason why not.</summary>
    internal static void MustHaveTable(Meeting meeting, Convening with)
    {
        if (with.Facilitator.Length == 0)
        {
            throw RuleBroken.NotNow("FACILITATOR_REQUIRED", "La séance n'a pas d'animateur : le pôle n'a pas de référent.", "STATE", meeting.Name);
        }

        if (with.Expert.Length > 0 && !with.People[with.Expert].Expert)
        {
            throw RuleBroken.NotNow("NOT_AN_EXPERT", "Cette personne n'est pas désignée comme expert.", "DIRECTORY", with.Expert);
        }

        if (with.Pole.ExpertRequired && with.Expert.Length == 0 && with.WaiverReason.Length == 0)
        {
            throw RuleBroken.NotNow("EXPERT_REQUIRED", "Le programme demande un expert, ou la raison de son absence.", "STATE", meeting.Name);
        }
    }

    /// <summary>A warning owed to who is at the table, not to the date.</summary>
    internal static bool IsOfTheTable(string warning) =>
        warning == NoExpert || warning.StartsWith(NoCharter, StringComparison.Ordinal) || warning.StartsWith(ReviewAsks, StringComparison.Ordinal) || warning.StartsWith(Expected, StringComparison.Ordinal) || warning.StartsWith(NoPhysician, StringComparison.Ordinal);

    internal static IEnumerable<string> Warnings(Meeting meeting, Convening with)
    {
        if (with.Expert.Length == 0 && with.Pole.ExpertRequired)
        {
            yield return NoExpert;
        }

        // Acting without an accepted charter is a warning to the coordinator (DESIGN §7.31), no refusal.
        var without = with.Invitations
            .Where(i => with.People.TryGetValue(i.Professional, out var p) && !(p.CharterAcceptedDate <= meeting.Date))
            .Select(i => i.Professional)
            .ToList();
        if (without.Count > 0)
        {
            yield return $"{NoCharter}{string.Join(", ", without)}.";
        }

        // C4 is refused when people are convened; Intake may take the physician back afterwards.
        foreach (var item in meeting.Ahead.Where(i => with.Pole.AttendingPhysicianRequired && with.Cases.Any(c => c.Name == i.Case && c.LacksPhysician)))
        {
            yield return $"{NoPhysician}{item.Position}.";
        }

        foreach (var item in meeting.Ahead.Where(i => i.Review is { NeedsFunction.Length: > 0 }))
        {
            yield return $"{ReviewAsks}{item.Position} : {item.Review!.NeedsFunction}.";
        }

        foreach (var item in meeting.Ahead.Where(i => i.Review is { NeedsProfessional.Length: > 0 } needs && !IsInvited(with, needs.NeedsProfessional, i.Case)))
        {
            yield return $"{Expected}{item.Position} mais non invité : {item.Review!.NeedsProfessional}.";
        }
    }

    private static bool IsInvited(Convening with, string person, string caseName) =>
        with.Invitations.Any(i => i.Professional == person && (i.Cases.Count == 0 || i.Cases.Contains(caseName)));

    /// <summary>Said at the convening, and again when the people of a convened session change.</summary>
    internal static SessionConvened Convened(Meeting meeting, IReadOnlyDictionary<string, Person> people) => new()
    {
        Session = meeting.Name,
        Pole = meeting.Pole,
        Programme = meeting.Programme,
        Date = meeting.Date.ToProto(),
        StartInstant = meeting.Start.ToProto(),
        EndInstant = meeting.End.ToProto(),
        People =
        {
            // Observers come to learn: nothing is committed for them.
            meeting.Invitations.Where(i => i.Role != SessionRole.Observer).Select(i => new SessionConvened.Types.InvitedPerson
            {
                Professional = i.Professional,
                Role = i.Role,
                Capacity = people.TryGetValue(i.Professional, out var person) && person.Capacities is [var only] ? only : null,
            }),
        },
    };

    /// <param name="facilitator">Empty: the one named ahead, else the pôle's référent.</param>
    internal static async Task<Convening> Gather(Tx tx, Meeting meeting, string facilitator, string expert, string waiver)
    {
        var pole = await Pole.Of(tx, meeting.Pole);
        facilitator = facilitator.Length > 0 ? facilitator : meeting.Facilitator.Length > 0 ? meeting.Facilitator : pole.Referent;
        await People.MustKnow(tx, [.. new[] { facilitator, expert }.Where(n => n.Length > 0)], meeting.Date);
        var cases = await WaitingList.PeopleOf(tx, meeting.Live.Select(i => i.Case));
        var invitations = Invitations.For(facilitator, expert, cases);
        invitations = [.. invitations, .. await Registrations.Seating.Observers(tx, meeting.Id, invitations)];
        return new Convening(
            pole,
            (await Conventions.InForce(tx, meeting.Host, meeting.Date)).Count > 0,
            facilitator,
            expert,
            waiver,
            invitations,
            await People.Known(tx, invitations.Select(i => i.Professional), meeting.Date)) { Cases = cases };
    }
}
