using Google.Protobuf;
using Intervision.Scheduling.Directory;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using ItemState = Intervision.Scheduling.V1.AgendaItem.Types.State;

namespace Intervision.Scheduling.Agendas;

/// <summary>What a placing by hand looks at besides the session and the case.</summary>
/// <param name="MayKnow">Whether the caller organises the case's own pôle: else the case looks as if it did not exist.</param>
/// <param name="People">Those invited or about to be, as the directory knows them on the day.</param>
internal sealed record Surroundings(Pole Pole, bool ConventionInForce, bool MayKnow, IReadOnlyDictionary<string, Person> People);

/// <summary>What stands between a case and an agenda, what does not but should be known, and the placing itself.</summary>
internal static class HandPlacing
{
    /// <summary>One to three situations is what a table can carry (DOMAIN §5); more is the coordinator's risk.</summary>
    private const int Usual = 3;

    /// <summary>The session with the case on it, and what it says.</summary>
    public static Decided Put(Meeting meeting, CaseToPlace of, Surroundings around, string reason, DateTimeOffset now)
    {
        MustTake(meeting, of, around, reason, now);
        var after = meeting with { Items = [.. meeting.Items, NewItem(meeting, of, meeting.FreezeTime is null ? "" : reason)] };
        var said = new List<IMessage> { new CaseScheduled { Session = meeting.Name, Case = of.Name, Date = meeting.Date.ToProto() } };
        if (meeting.State == SessionState.Convened)
        {
            after = after with { Invitations = Invitations.With(meeting.Invitations, of) };
            said.Add(ConveneSession.Convened(after, around.People));
        }

        return new Decided(after, said);
    }

    /// <summary>The session without the item, and what it says.</summary>
    public static Decided Off(Meeting meeting, Item item, string reason, IReadOnlyDictionary<string, Person> people, ItemReview? review = null)
    {
        var after = meeting.Without(review is null ? item : item with { Review = review }, reason);
        var said = new List<IMessage> { new CaseUnscheduled { Session = meeting.Name, Case = item.Case, Reason = reason } };
        if (meeting.State == SessionState.Convened)
        {
            said.Add(ConveneSession.Convened(after, people));
        }

        return new Decided(after, said);
    }

    /// <exception cref="RuleBroken">STATE_FORBIDS; CASE_NOT_ON_AGENDA.</exception>
    public static Item MustBeOnAgenda(Meeting meeting, string caseName)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared, SessionState.Convened);
        return meeting.Items.FirstOrDefault(i => i.Case == caseName && i.State == ItemState.Scheduled)
            ?? throw RuleBroken.NotNow("CASE_NOT_ON_AGENDA", "Cette situation n'est pas à l'ordre du jour.", "STATE", meeting.Name, ("case", caseName));
    }

    public static IReadOnlyList<AgendaWarning> Warnings(Meeting after, CaseToPlace placed, Pole pole, DateTimeOffset now)
    {
        var warnings = new List<AgendaWarning>();
        var count = after.Live.Count();
        var minutes = (count * pole.MinutesPerCase) + pole.NewPartnerMinutes;
        if (count > Usual)
        {
            Warn("MORE_THAN_THREE", $"{count} situations : au-delà de trois, le temps de chacune se réduit.");
        }

        if (minutes > after.DurationMinutes)
        {
            Warn("TIME_SHORT", $"{count} situations demandent {minutes} minutes ; la séance en dure {after.DurationMinutes}.");
        }

        if (placed.Availabilities.Length > 0 && placed.Availabilities.All(a => string.CompareOrdinal(a, $"{Paris.DateOf(now):yyyy-MM-dd}") < 0))
        {
            Warn("AVAILABILITIES_PAST", "Les disponibilités données avec la demande sont passées : demandez-en d'autres.");
        }
        else if (placed.Availabilities.Length > 0 && !placed.Availabilities.Any(a => Suits(a, after.Date, after.StartTime)))
        {
            Warn("DATE_NOT_OFFERED", $"Le {after.Date:dd/MM/yyyy} n'est pas parmi les disponibilités données avec la demande.");
        }

        return warnings;

        void Warn(string reason, string french) => warnings.Add(new AgendaWarning { Reason = reason, Message = french });
    }

    private static void MustTake(Meeting meeting, CaseToPlace of, Surroundings around, string reason, DateTimeOffset now)
    {
        SessionVerb.MustBeIn(meeting, SessionState.Planned, SessionState.Prepared, SessionState.Convened);
        Refuse(Paris.DateOf(now) > meeting.Date, "SESSION_PAST", "La séance est passée : l'ordre du jour ne change plus.", "CLOCK");
        Refuse(!around.ConventionInForce, "NO_CONVENTION_IN_FORCE", "La structure d'accueil n'a pas de convention en vigueur à la date de la séance.", "CONVENTION");
        MustBeOf(meeting, of, around.MayKnow);
        var frozen = meeting.FreezeTime is not null;
        Refuse(frozen && !of.Urgent, "AGENDA_FROZEN", "L'ordre du jour est arrêté : seule une situation urgente peut encore y entrer.", "STATE");
        if (frozen && reason.Length == 0)
        {
            throw RuleBroken.Invalid("reason", "REASON_MISSING", "L'ordre du jour est arrêté : le motif de l'ajout est obligatoire.");
        }

        Refuse(
            meeting.Live.Count() >= around.Pole.MaximumCases, "AGENDA_FULL", $"Le programme n'admet pas plus de {around.Pole.MaximumCases} situations par séance.", "STATE");
        Refuse(
            meeting.State == SessionState.Convened && around.Pole.AttendingPhysicianRequired && of.LacksPhysician,
            "PHYSICIAN_REASON_MISSING", "Le médecin traitant n'est pas invité : dites d'abord pourquoi.", "STATE");

        void Refuse(bool when, string why, string french, string type)
        {
            if (when)
            {
                throw RuleBroken.NotNow(why, french, type, meeting.Name);
            }
        }
    }

    /// <summary>C1, C2: a waiting case of this pôle and programme.</summary>
    private static void MustBeOf(Meeting meeting, CaseToPlace of, bool mayKnow)
    {
        if (!mayKnow)
        {
            throw NotReady(meeting);
        }

        if (of.Pole != meeting.Pole)
        {
            throw RuleBroken.NotNow("CASE_OF_OTHER_POLE", "Cette situation relève d'un autre pôle.", "STATE", meeting.Name, ("pole", of.Pole));
        }

        if (of.Programme != meeting.Programme)
        {
            throw RuleBroken.NotNow("CASE_OF_OTHER_PROGRAMME", "Cette situation relève d'un autre programme.", "STATE", meeting.Name, ("programme", of.Programme));
        }

        if (of.OnAgenda)
        {
            throw RuleBroken.NotNow("CASE_ON_OPEN_AGENDA", "Cette situation est déjà à l'ordre du jour d'une séance.", "STATE", meeting.Name, ("case", of.Name));
        }

        if (!of.Waiting)
        {
            throw NotReady(meeting);
        }
    }

    /// <summary>Also for a case nobody has heard of, and for one of others: they look the same.</summary>
    public static RuleBroken NotReady(Meeting meeting) =>
        RuleBroken.NotNow("CASE_NOT_READY", "Cette situation n'est pas prête à être inscrite.", "STATE", meeting.Name);

    private static Item NewItem(Meeting meeting, CaseToPlace of, string addedReason) =>
        new(of.Name, meeting.Items.Select(i => i.Position).DefaultIfEmpty(0).Max() + 1, ItemState.Scheduled) { Rank = of.Rank, AddedReason = addedReason };

    /// <summary>Noon is the lunch hour of most sessions: half past eleven to two.</summary>
    internal static bool Suits(string availability, DateOnly date, TimeOnly start)
    {
        var part = start < new TimeOnly(11, 30) ? "MORNING" : start < new TimeOnly(14, 0) ? "NOON" : "AFTERNOON";
        return availability == $"{date:yyyy-MM-dd}/{part}" || availability == $"{date:yyyy-MM-dd}/UNSPECIFIED";
    }
}
