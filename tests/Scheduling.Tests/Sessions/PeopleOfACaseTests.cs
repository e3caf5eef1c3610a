using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.Scheduling.Tests.Letters;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using AttendingPhysicianAbsence = Intervision.Intake.V1.AttendingPhysicianAbsence;

namespace Intervision.Scheduling.Tests.Sessions;

/// <summary>Intake says a case again when its people change (DESIGN §7.28): whoever is convened follows.</summary>
public sealed class PeopleOfACaseTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    [Fact]
    public async Task Who_joins_a_case_is_invited_and_who_leaves_it_no_longer_is()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened(1);
        var mails = (await Mails.Of(stage)).Count;
        await Again(stage, c => (c.AttendingPhysician, c.Requester) = (stage.Pharmacist, stage.Physician));
        var after = await stage.Get(session.Name);
        Assert.Equal(
            [(stage.Pharmacist, SessionRole.AttendingPhysician), (stage.Physician, SessionRole.Requester)],
            after.Invitations.Where(i => i.Cases.Count > 0).Select(i => (i.Professional, i.Role)));
        var news = (await Mails.Of(stage)).Skip(mails).ToList();
        Assert.Equal([(stage.MailboxOf(stage.Requester), "CANCEL")], news.Select(m => (m.Recipient, m.Method)));
        Assert.Equal(
            new[] { stage.Pharmacist, stage.Physician, stage.Referent, stage.Expert }.Order(StringComparer.Ordinal),
            (await fixture.Said(session.Name))[^1].As<SessionConvened>().People.Select(p => p.Professional).Order(StringComparer.Ordinal));

        // Said again as it is, nothing is said here.
        var said = (await fixture.Said(session.Name)).Count;
        await Again(stage, c => (c.AttendingPhysician, c.Requester) = (stage.Pharmacist, stage.Physician));
        Assert.Equal((after.Etag, said), ((await stage.Get(session.Name)).Etag, (await fixture.Said(session.Name)).Count));
    }

    [Fact]
    public async Task A_physician_taken_back_without_a_reason_is_a_warning_to_those_who_convened()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened(1);
        await Again(stage, c => c.AttendingPhysician = "");
        Assert.Contains("Ni médecin traitant ni raison de son absence pour la situation n° 1.", (await stage.Get(session.Name)).Warnings);
        await Again(stage, c => (c.AttendingPhysician, c.AttendingPhysicianAbsence) = ("", AttendingPhysicianAbsence.PatientRefuses));
        await Again(stage, _ => { });
        Assert.DoesNotContain((await stage.Get(session.Name)).Warnings, w => w.StartsWith("Ni médecin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Said_again_while_it_is_placed_it_never_waits_beside_the_agenda()
    {
        var stage = await new Stage(fixture).Set();
        var session = (await stage.Plan())[0];
        for (var n = 1; n <= 3; n++)
        {
            await stage.Ready(n);
            var placing = stage.PlaceByHand(await stage.Get(session.Name), n);
            await Task.WhenAll([placing, .. Enumerable.Range(0, 4).Select(_ => Again(stage, _ => { }, n))]);
            Assert.False(await fixture.Db.Read(tx => tx.Single<bool>("select waiting from ready_case where name = @name", new { name = stage.Case(n) }), CancellationToken.None));
        }
    }

    [Theory]
    [InlineData("Voir SIT-7F3K-92QD", StatusCode.InvalidArgument, "CASE_CODE_IN_TEXT")]
    [InlineData("  ", StatusCode.FailedPrecondition, "EXPERT_REQUIRED")]
    public async Task A_reason_for_no_expert_is_one_and_names_no_case(string reason, StatusCode code, string refusal)
    {
        var stage = await new Stage(fixture).Set();
        var convening = stage.Convening(await stage.Frozen(1));
        (convening.Expert, convening.ExpertWaiverReason) = ("", reason);
        await Refused.With(code, refusal, () => stage.Client.ConveneSessionAsync(convening, stage.AsCoordinator(Stage.Start.AddDays(-7))));
    }

    [Fact]
    public async Task The_reason_is_read_by_those_who_organise_and_kept_in_no_outcome()
    {
        var stage = await new Stage(fixture).Set();
        var convening = stage.Convening(await stage.Frozen(1));
        (convening.Expert, convening.ExpertWaiverReason) = ("", "Aucun expert ce jour-là");
        var convened = (await stage.Client.ConveneSessionAsync(convening, stage.AsCoordinator(Stage.Start.AddDays(-7)))).Session;
        Assert.Equal("", convened.ExpertWaiverReason);
        Assert.Equal("Aucun expert ce jour-là", (await stage.Get(convened.Name)).ExpertWaiverReason);
        var seen = (await stage.Client.GetSessionAsync(new GetSessionRequest { Name = convened.Name }, stage.As(Tokens.Professional(stage.Physician), Stage.Start))).Session;
        Assert.Equal("", seen.ExpertWaiverReason);
    }

    private Task Again(Stage stage, Action<CaseReady> change, int n = 1)
    {
        var ready = new CaseReady
        {
            Case = stage.Case(n), Programme = Directory.Addictions, Pole = stage.Pole, Requester = stage.Requester, AttendingPhysician = stage.Physician,
            Actors = { stage.Pharmacist }, SubmitTime = Stage.Summer.AddDays(-10).ToProto(),
        };
        change(ready);
        return fixture.Deliver("intake", ready, stage.Case(n), Stage.Start.AddDays(-6));
    }
}
