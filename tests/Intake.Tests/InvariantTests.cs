using FsCheck;
using FsCheck.Fluent;
using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Decisions;
using Intervision.Intake.Events;
using Intervision.Intake.FollowUp;
using Intervision.Intake.Sheets;
using Intervision.Intake.Triage;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Tests;

/// <summary>Whatever is tried, in whatever order, by whomever.</summary>
public sealed class InvariantTests
{
    private static readonly DateTimeOffset Now = IntakeFixture.Start;

    private static readonly Caller[] People =
    [
        Person(IntakeFixture.Doctor, "99700000013"), Person(IntakeFixture.ReferentName, "99700000039"), Person("host@p12", null),
    ];

    private static readonly Case GoesOn = new() { Id = Guid.CreateVersion7(Now), State = CaseState.Submitted };

    private static readonly PastIntervision Spoken = new() { Rank = 1, Session = "sessions/1", DiscussTime = Now };

    private static readonly ConsentStatus[] Answers =
        [ConsentStatus.Informed, ConsentStatus.Granted, ConsentStatus.Refused, ConsentStatus.Deferred, ConsentStatus.Withdrawn, ConsentStatus.Expired];

    /// <summary>Every verb and every foreign fact, as one step on a case; a refused step leaves it as it is.</summary>
    private static readonly Func<Case, Caller, Case>[] Steps =
    [
        (c, _) => AcceptCase.Decide(c, "", null, Now),
        .. Answers.SelectMany(a => new Func<Case, Caller, Case>[]
        {
            (c, _) => RecordConsent.Decide(c, a, recorderIsHealthProfessional: true, Now).After,
            (c, _) => RecordConsent.Decide(c, a, recorderIsHealthProfessional: false, Now).After,
        }),
        (c, _) => TakeCase.Decide(c),
        (c, _) => RejectCase.Decide(c, "AUTRE"),
        (c, _) => RedirectCase.Decide(c, "DAC"),
        (c, _) => AbandonCase.Decide(c, "AUTRE").After,
        (c, _) => MarkDuplicate.Decide(c, GoesOn, hasDuplicates: false).After,
        WriteSheet.Decide,
        ApproveSheet.Decide,
        (c, _) => WhenCaseScheduled.Decide(c),
        (c, _) => WhenCaseUnscheduled.Decide(c, onAnotherAgenda: false),
        (c, _) => WhenCaseDiscussed.Decide(c, "sessions/1", Now),
        (c, _) => RecordDecisions.Decide(c, new RecordDecisionsRequest { Session = "sessions/1" }),
        (c, _) => RecordRestitution.Decide(c, new RecordRestitutionRequest { RestitutionDate = Paris.DateOf(Now).ToProto() }),
        (c, _) => OpenFollowUp.Decide(c),
        (c, _) => ReopenCase.Decide(c, "AUTRE", erased: false),
        (c, _) => CloseCase.Decide(c, V1.Outcome.LostToFollowUp, Spoken, [], Spoken.SixMonths),
    ];

    /// <summary>The step that leads on from where the case is, so that plays get far before something else happens.</summary>
    private static Case Forward(Case c, Caller who) => c.State switch
    {
        CaseState.Submitted => AcceptCase.Decide(c, "", null, Now),
        CaseState.AwaitingConsent => RecordConsent.Decide(c, ConsentStatus.Granted, true, Now).After,
        CaseState.InPreparation when c.SheetAuthor is null => WriteSheet.Decide(c, who),
        CaseState.InPreparation => ApproveSheet.Decide(c, who),
        CaseState.Ready => WhenCaseScheduled.Decide(c),
        CaseState.Scheduled => WhenCaseDiscussed.Decide(c, "sessions/1", Now),
        CaseState.Discussed => RecordDecisions.Decide(c, new RecordDecisionsRequest { Session = "sessions/1" }),
        CaseState.Decided => RecordRestitution.Decide(c, new RecordRestitutionRequest { RestitutionDate = Paris.DateOf(Now).ToProto() }),
        CaseState.ReportedBack => OpenFollowUp.Decide(c),
        CaseState.InFollowUp => CloseCase.Decide(c, V1.Outcome.LostToFollowUp, Spoken, [], Spoken.SixMonths),
        CaseState.Closed => ReopenCase.Decide(c, "AUTRE", erased: false),
        _ => c,
    };

    [Fact]
    public void No_sequence_of_steps_makes_a_sheet_readable_without_a_consent_in_force()
    {
        var reached = new HashSet<CaseState>();
        var step = Gen.Choose(-Steps.Length, Steps.Length - 1).Zip(Gen.Elements(People));
        var play = Gen.Elements(ConsentStatus.NotCollected, ConsentStatus.Informed, ConsentStatus.Granted, ConsentStatus.Refused, ConsentStatus.Deferred)
            .Zip(Gen.ArrayOf(step, 60));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(400), Prop.ForAll(play.ToArbitrary(), p =>
        {
            var (consent, steps) = p;
            var current = new Case { Code = "SIT-0000-0000", State = CaseState.Submitted, Consent = consent, Pole = "poles/P12", Requester = IntakeFixture.Doctor };
            foreach (var (which, who) in steps)
            {
                current = Try(which < 0 ? Forward : Steps[which], current, who);
                reached.Add(current.State);
                if (!Holds(current))
                {
                    return false;
                }
            }

            return true;
        }));

        // The property was not held by never getting anywhere.
        Assert.Superset(
            new HashSet<CaseState>
            {
                CaseState.AwaitingConsent, CaseState.InPreparation, CaseState.Ready, CaseState.Scheduled, CaseState.Discussed,
                CaseState.Decided, CaseState.ReportedBack, CaseState.InFollowUp, CaseState.Closed, CaseState.ConsentWithdrawn, CaseState.ConsentRefused,
            },
            reached);
    }

    private static bool Holds(Case c)
    {
        var underConsent = c.State is CaseState.InPreparation or CaseState.Ready or CaseState.Scheduled or CaseState.Discussed;
        var secondReader = c.State is not (CaseState.Ready or CaseState.Scheduled or CaseState.Discussed)
            || (c.SheetApprover is not null && c.SheetApprover != c.SheetAuthor);
        return (!underConsent || c.Consent == ConsentStatus.Granted)
            && (!IsReadable(c) || (c.Consent == ConsentStatus.Granted && c.SheetLockTime is null))
            && (c.Consent != ConsentStatus.Withdrawn || c.SheetLockTime is not null)
            && secondReader;
    }

    private static bool IsReadable(Case c) => People.Any(p =>
    {
        try
        {
            ReadSheet.Decide(c, new Reader(p, [p.Subject], ParticipantCategory.HealthProfessional), Scope.Standard, "PREPARATION");
            return true;
        }
        catch (RuleBroken)
        {
            return false;
        }
    });

    private static Case Try(Func<Case, Caller, Case> step, Case current, Caller who)
    {
        try
        {
            return step(current, who);
        }
        catch (RuleBroken)
        {
            return current;
        }
    }

    private static Caller Person(string subject, string? rpps) => new(
        subject, new HashSet<string> { Roles.Professional, Roles.Referent }, rpps, new HashSet<string> { "poles/P12" }, null, null);
}
