using FsCheck;
using FsCheck.Fluent;
using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Decisions;
using Intervision.Intake.Events;
using Intervision.Intake.FollowUp;
using Intervision.Intake.Sheets;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Tests;

/// <summary>
/// No sequence of verbs, in any order, by any roles, makes a sheet readable without a consent in force. What is in force
/// is told by a model that knows nothing of cases: the last answer of the patient that was recorded, and to whom it was.
/// </summary>
public sealed class SheetSecrecyProperty
{
    private static readonly DateTimeOffset Now = IntakeFixture.Start;

    private static readonly string[] Purposes = ["PREPARATION", "SECOND_READING", "SESSION", "FOLLOW_UP", "CURIOSITY"];

    private static readonly Reader[] Everybody =
    [
        Person(IntakeFixture.Doctor, ParticipantCategory.HealthProfessional, Roles.Professional),
        Person(IntakeFixture.ReferentName, ParticipantCategory.HealthProfessional, Roles.Referent, Roles.Professional),
        Person(IntakeFixture.Physician, ParticipantCategory.HealthProfessional, Roles.Professional),
        Person(IntakeFixture.Pharmacist, ParticipantCategory.HealthProfessional, Roles.Professional),
        Person(IntakeFixture.SocialWorker, ParticipantCategory.ListedProfessional, Roles.Professional),
        Person(IntakeFixture.Mediator, ParticipantCategory.Unspecified, Roles.Professional),
        Person(IntakeFixture.ExpertName, ParticipantCategory.HealthProfessional, Roles.Professional) with { IsExpert = true },
        Person("professionals/PER-9", ParticipantCategory.HealthProfessional, Roles.Professional) with { LeadsSession = true },
        Person("professionals/PER-8", ParticipantCategory.HealthProfessional, Roles.Professional),
        Person("host@p12", ParticipantCategory.Unspecified, Roles.HostCoordinator),
        Person("coordinator@region", ParticipantCategory.Unspecified, Roles.Coordinator),
        Person("ars", ParticipantCategory.Unspecified, Roles.Auditor),
        Person("finance", ParticipantCategory.Unspecified, Roles.FinanceOfficer),
        Person("services/scheduling", ParticipantCategory.Unspecified, Roles.Service),
    ];

    private static readonly PastIntervision Spoken = new() { Rank = 1, Session = "sessions/1", DiscussTime = Now };

    private static readonly ConsentStatus[] Answers =
        [ConsentStatus.Informed, ConsentStatus.Granted, ConsentStatus.Refused, ConsentStatus.Deferred, ConsentStatus.Withdrawn, ConsentStatus.Expired];

    private static readonly Scope[] Scopes =
    [
        Scope.Standard,
        Scope.Standard with { Categories = [ParticipantCategory.ListedProfessional] },
        Scope.Standard with { Categories = [ParticipantCategory.HealthProfessional], ExcludedPeople = [IntakeFixture.Pharmacist, IntakeFixture.ReferentName] },
        Scope.Standard with { ExcludedPeople = [IntakeFixture.ExpertName], ExcludedTopics = ["TRAITEMENTS"] },
    ];

    /// <summary>Everything anybody can do, allowed or not; a refused step changes nothing.</summary>
    private static readonly Func<Play, Reader, Play>[] Steps =
    [
        (p, who) => p with { Case = May(p.Case.IsOrganisedBy(who.Caller), () => AcceptCase.Decide(p.Case, "", null, Now)) },
        .. Answers.Select(a => (Func<Play, Reader, Play>)((p, who) => Answer(p, who, a, Scope.Standard))),
        .. Scopes.Select(s => (Func<Play, Reader, Play>)((p, who) => Answer(p, who, ConsentStatus.Granted, s))),
        .. Scopes.Select(s => (Func<Play, Reader, Play>)((p, who) => Amend(p, who, s))),
        (p, who) => p with { Case = May(p.Case.IsRequestedBy(who.Caller) || p.Case.IsReferredBy(who.Caller), () => WriteSheet.Decide(p.Case, who.Caller)) },
        (p, who) => p with { Case = May(p.Case.IsReferredBy(who.Caller), () => ApproveSheet.Decide(p.Case, who.Caller)) },
        (p, _) => p with { Case = WhenCaseScheduled.Decide(p.Case) },
        (p, _) => p with { Case = WhenCaseUnscheduled.Decide(p.Case, onAnotherAgenda: false) },
        (p, _) => p with { Case = WhenCaseDiscussed.Decide(p.Case, "sessions/1", Now) },
        (p, _) => p with { Case = RecordDecisions.Decide(p.Case, new RecordDecisionsRequest { Session = "sessions/1" }) },
        (p, _) => p with { Case = RecordRestitution.Decide(p.Case, new RecordRestitutionRequest { RestitutionDate = Paris.DateOf(Now).ToProto() }) },
        (p, who) => p with { Case = May(FollowUpRules.May(p.Case, who.Caller), () => OpenFollowUp.Decide(p.Case)) },
        (p, who) => p with { Case = May(FollowUpRules.May(p.Case, who.Caller), () => ReopenCase.Decide(p.Case, "AUTRE", erased: false)) },
        (p, who) => p with { Case = May(FollowUpRules.May(p.Case, who.Caller), () => CloseCase.Decide(p.Case, V1.Outcome.LostToFollowUp, Spoken, [], Spoken.SixMonths)) },
    ];

    [Fact]
    public void No_sequence_of_verbs_by_any_roles_makes_a_sheet_readable_without_a_consent_in_force()
    {
        var given = new Dictionary<(string Reader, CaseState State), int>();
        var step = Gen.Choose(-Steps.Length, Steps.Length - 1).Zip(Gen.Elements(Everybody)).Zip(Gen.Elements(Everybody).Zip(Gen.Elements(Purposes)));
        var plays = Gen.Elements(ConsentStatus.NotCollected, ConsentStatus.Informed, ConsentStatus.Granted, ConsentStatus.Refused, ConsentStatus.Deferred)
            .Zip(Gen.Elements(true, false)).Zip(Gen.ArrayOf(step, 40));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(plays.ToArbitrary(), drawn =>
        {
            var play = Begin(drawn.Item1.Item1, drawn.Item1.Item2);
            foreach (var ((which, who), (reader, purpose)) in drawn.Item2)
            {
                play = Try(which < 0 ? Forward : Steps[which], play, who);
                if (!Holds(play, reader, purpose))
                {
                    return false;
                }
            }

            return Everybody.All(reader => Purposes.All(purpose => Holds(play, reader, purpose)));
        }));

        // It was not held by never giving a sheet to anybody.
        Assert.Superset(
            Everybody.Take(8).Select(r => r.Caller.Subject).Where(s => s != IntakeFixture.Mediator).ToHashSet(), given.Keys.Select(k => k.Reader).ToHashSet());
        Assert.Superset(
            new HashSet<CaseState> { CaseState.InPreparation, CaseState.Ready, CaseState.Scheduled, CaseState.Discussed, CaseState.Decided, CaseState.ReportedBack },
            given.Keys.Select(k => k.State).ToHashSet());

        bool Holds(Play play, Reader reader, string purpose)
        {
            if (!Reads(play, reader, purpose))
            {
                return true;
            }

            given[(reader.Caller.Subject, play.Case.State)] = 1;
            var model = play.Model;
            return model.InForce && !model.Scope.Excludes(reader.Caller.Subject)
                && reader.Caller.HasAny(Roles.Professional, Roles.Referent)
                && (reader.Names[0] == IntakeFixture.Doctor || reader.IsExpert || model.Scope.Informs(reader.Category))
                && (!reader.IsExpert || model.Scope.Informs(ParticipantCategory.Expert))
                && reader.Names[0] != "professionals/PER-8";
        }
    }

    /// <summary>As deposited: whoever attests it is a health professional, or is none and only declares it.</summary>
    private static Play Begin(ConsentStatus consent, bool attested) => new(
        SubmitCase.Decide(
            new SubmitCaseRequest { ConsentStatus = consent, Requester = IntakeFixture.Doctor, Pole = "poles/P12" },
            new SubmitFacts { Attester = new Recorder(attested ? ["10"] : []) },
            Everybody[0].Caller,
            Now) with
        {
            Code = "SIT-0000-0000",
            AttendingPhysician = IntakeFixture.Physician, Actors = [IntakeFixture.Pharmacist, IntakeFixture.SocialWorker, IntakeFixture.Mediator],
        },
        new Agreement(consent == ConsentStatus.Granted && attested, Scope.Standard));

    private static Play Answer(Play p, Reader who, ConsentStatus answer, Scope scope)
    {
        var isHealth = who.Category == ParticipantCategory.HealthProfessional;
        var after = May(RecordConsent.May(p.Case, who.Caller), () => RecordConsent.Decide(p.Case, answer, isHealth, Now).After);
        return new Play(after, new Agreement(answer == ConsentStatus.Granted, scope));
    }

    private static Play Amend(Play p, Reader who, Scope scope)
    {
        May(RecordConsent.May(p.Case, who.Caller), () => p.Case);
        AmendConsent.Decide(p.Case, p.Model.Scope, scope, who.Category == ParticipantCategory.HealthProfessional);
        return p with { Model = p.Model with { Scope = scope } };
    }

    /// <summary>The step that leads on from where the case is, so that plays get far before something else happens.</summary>
    private static Play Forward(Play p, Reader who)
    {
        var (doctor, referent) = (Everybody[0].Caller, Everybody[1].Caller);
        return p.Case.State switch
        {
            CaseState.Submitted => p with { Case = AcceptCase.Decide(p.Case, "", null, Now) },
            CaseState.AwaitingConsent => Answer(p, Everybody[0], ConsentStatus.Granted, Scope.Standard),
            CaseState.InPreparation when p.Case.SheetAuthor is null => p with { Case = WriteSheet.Decide(p.Case, doctor) },
            CaseState.InPreparation => p with { Case = ApproveSheet.Decide(p.Case, p.Case.SheetAuthor == doctor.Subject ? referent : doctor) },
            CaseState.Ready => p with { Case = WhenCaseScheduled.Decide(p.Case) },
            CaseState.Scheduled => p with { Case = WhenCaseDiscussed.Decide(p.Case, "sessions/1", Now) },
            CaseState.Discussed => p with { Case = RecordDecisions.Decide(p.Case, new RecordDecisionsRequest { Session = "sessions/1" }) },
            CaseState.Decided => p with { Case = RecordRestitution.Decide(p.Case, new RecordRestitutionRequest { RestitutionDate = Paris.DateOf(Now).ToProto() }) },
            _ => p,
        };
    }

    private static bool Reads(Play play, Reader reader, string purpose)
    {
        try
        {
            return ReadSheet.Decide(play.Case, reader, play.Model.Scope, purpose).Fields != SheetFields.None;
        }
        catch (RuleBroken)
        {
            return false;
        }
    }

    private static Play Try(Func<Play, Reader, Play> step, Play play, Reader who)
    {
        try
        {
            return step(play, who);
        }
        catch (RuleBroken)
        {
            return play;
        }
    }

    private static T May<T>(bool may, Func<T> then) => may ? then() : throw RuleBroken.Denied();

    private static Reader Person(string name, ParticipantCategory category, params string[] roles) => new(
        new Caller(name, roles.ToHashSet(), null, new HashSet<string> { "poles/P12" }, null, null), [name], category);

    /// <summary>The last answer recorded, and its scope.</summary>
    private sealed record Agreement(bool InForce, Scope Scope);

    private sealed record Play(Case Case, Agreement Model);
}
