using System.Text;
using Intervision.Intake.Events.V1;
using Intervision.Scheduling.Ics;
using Intervision.Scheduling.Letters;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.Tests.Ics;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Meeting = Intervision.Scheduling.Sessions.Meeting;

namespace Intervision.Scheduling.Tests.Letters;

/// <summary>Who is written to when a session changes, and what.</summary>
public sealed class InvitationLettersTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    private static readonly Meeting Convened = Sessions.A.Meeting(SessionState.Convened) with { Invitations = [For("F"), For("X"), For("Q")] };
    private static readonly Meeting Later = Convened with { Start = Convened.Start.AddDays(7), End = Convened.End.AddDays(7), Sequence = 1 };

    [Fact]
    public void Whoever_is_newly_expected_at_another_time_or_no_longer_is_told_so_once()
    {
        var planned = Sessions.A.Meeting();
        Told(planned, planned with { Warnings = ["x"] });
        Told(planned with { State = SessionState.Prepared }, Convened, "F Invited", "X Invited", "Q Invited");
        Told(Convened, Convened with { FreezeTime = Convened.Start });
        Told(Convened, Later, "F Moved", "X Moved", "Q Moved");
        Told(Convened, Later with { State = SessionState.Planned }, "F Moved", "X Moved", "Q Moved");
        Told(Convened, Later with { State = SessionState.Planned, Invitations = [] }, "F Uninvited", "X Uninvited", "Q Uninvited");
        Told(Convened, Convened with { Sequence = 1 }, "F Relocated", "X Relocated", "Q Relocated");
        Told(Convened, Convened with { Invitations = [For("F"), For("X")] }, "Q Uninvited");
        Told(Convened, Convened with { Invitations = [For("G"), For("X"), For("Q")] }, "F Uninvited", "G Invited");
        Told(Convened, Later with { Invitations = [For("F"), For("G")] }, "X Uninvited", "Q Uninvited", "G Invited", "F Moved");
        Told(Convened, Convened with { State = SessionState.Cancelled, CancelReason = "X" }, "F Cancelled", "X Cancelled", "Q Cancelled");
        Told(Convened, Convened with { State = SessionState.Cancelled, CancelReason = "X", Invitations = [] }, "F Cancelled", "X Cancelled", "Q Cancelled");
        Told(planned, planned with { State = SessionState.Cancelled, CancelReason = "X" });
        Told(Convened, Convened with { State = SessionState.Open });
        Told(Convened with { State = SessionState.Open }, Convened with { State = SessionState.Open, Invitations = [] });
    }

    [Fact]
    public async Task Convening_invites_everybody_with_a_mailbox_by_an_invitation_another_library_reads()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened();
        var mails = await Mails.Of(stage);
        Assert.Equal(
            new[] { stage.Referent, stage.Expert, stage.Requester, stage.Physician }.Select(stage.MailboxOf).Order(StringComparer.Ordinal),
            mails.Select(m => m.Recipient).Order(StringComparer.Ordinal));
        Assert.All(mails, m => Assert.Equal($"Invitation : Intervision – pôle {stage.Pole}, 01/09/2026", m.Subject));
        Assert.All(mails, m => Assert.Contains("le 01/09/2026 de 12h15 à 13h15 (heure de Paris)", m.Body, StringComparison.Ordinal));
        Assert.Equal(mails.Count, mails.Select(m => m.Event.First("UID")!.Value).Distinct().Count());
        var read = await OtherParser.Read(string.Concat(mails.Select(m => m.Calendar)));
        Assert.All(read.Zip(mails), pair =>
        {
            var (calendar, mail) = pair;
            var one = Assert.Single(calendar.Events);
            Assert.Equal(("REQUEST", 0, Stage.Start, Stage.Start.AddMinutes(60), "PRIVATE", "CONFIRMED"), (calendar.Method, one.Sequence, one.Start, one.End, one.Class, one.Status));
            Assert.StartsWith(session.Name["sessions/".Length..], one.Uid, StringComparison.Ordinal);
            Assert.Equal($"mailto:coordination.{stage.Pole["poles/".Length..].ToLowerInvariant()}@example.org", one.Organizer);
            Assert.Equal(($"mailto:{mail.Recipient}", "NEEDS-ACTION", "TRUE"), Assert.Single(one.Attendees) is var a ? (a.Address, a.Partstat, a.Rsvp) : default);
        });
    }

    [Fact]
    public async Task No_mail_names_a_case_a_person_or_a_role()
    {
        var stage = await new Stage(fixture).Set();
        await stage.Convened();
        foreach (var mail in await Mails.Of(stage))
        {
            var everything = $"{mail.Subject}\n{mail.Body}\n{mail.Calendar!.Replace("\r\n ", "", StringComparison.Ordinal)}";
            Assert.DoesNotContain("SIT-", everything, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("professionals/", everything, StringComparison.Ordinal);
            Assert.Equal(
                ["UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "CLASS", "STATUS", "TRANSP", "ORGANIZER", "ATTENDEE"],
                mail.Event.Properties.Select(p => p.Name));
        }
    }

    [Fact]
    public async Task Convening_twice_with_one_request_id_writes_once()
    {
        var stage = await new Stage(fixture).Set();
        var convening = stage.Convening(await stage.Frozen());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => stage.Client.ConveneSessionAsync(convening, stage.AsCoordinator(Stage.Start.AddDays(-7))).ResponseAsync));
        Assert.Equal(4, (await Mails.Of(stage)).Count);
    }

    [Fact]
    public async Task Who_was_invited_for_a_case_that_leaves_is_told_so_and_all_when_the_session_is_cancelled()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened(1);
        await fixture.Deliver("intake", new ConsentWithdrawn { Case = stage.Case(1) }, stage.Case(1), Stage.Start.AddDays(-6), 2);
        var gone = (await Mails.Of(stage)).Skip(4).ToList();
        Assert.Equal(
            new[] { stage.MailboxOf(stage.Physician), stage.MailboxOf(stage.Requester) }.Order(StringComparer.Ordinal),
            gone.Select(m => m.Recipient).Order(StringComparer.Ordinal));
        Assert.All(gone, m => Assert.Equal(("CANCEL", "CANCELLED", "0"), (m.Method, m.Event.First("STATUS")!.Value, m.Event.First("SEQUENCE")!.Value)));
        session = await stage.Get(session.Name);
        await stage.Client.FreezeAgendaAsync(
            new FreezeAgendaRequest { RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag }, stage.AsCoordinator(Stage.Start.AddDays(-5)));
        var all = await Mails.Of(stage);
        var (cancelled, invited) = (all.Skip(6).ToList(), all.Take(4).ToList());
        Assert.Equal(
            new[] { stage.MailboxOf(stage.Referent), stage.MailboxOf(stage.Expert) }.Order(StringComparer.Ordinal),
            cancelled.Select(m => m.Recipient).Order(StringComparer.Ordinal));
        Assert.All(cancelled, m =>
        {
            Assert.Equal(("CANCEL", "1"), (m.Method, m.Event.First("SEQUENCE")!.Value));
            Assert.Equal(invited.Single(i => i.Recipient == m.Recipient).Event.First("UID")!.Value, m.Event.First("UID")!.Value);
            Assert.Contains("est annulée", m.Body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_pole_without_a_mailbox_and_with_a_wild_name_is_written_of_all_the_same()
    {
        var stage = await new Stage(fixture).Set();
        var pole = Directory.Pole(stage.Pole, stage.Host, stage.Referent);
        (pole.CoordinatorEmail, pole.DisplayName) = ("not a mailbox", $"Pôle \u0007\"Été\"; {new string('é', 300)}");
        await Directory.Say(fixture, stage.Pole, new Membership.Events.V1.PoleChanged { Pole = pole });
        await stage.Convened();
        var mail = (await Mails.Of(stage))[0];
        var one = Assert.Single((await OtherParser.Read(mail.Calendar!))[0].Events);
        Assert.Equal($"mailto:{Correspondence.NoMailbox}", one.Organizer);
        Assert.StartsWith("Intervision – pôle \"Été\"; éé", one.Summary, StringComparison.Ordinal);
        Assert.InRange(mail.Subject.Length, 1, 150);
    }

    [Fact]
    public void A_uid_says_whose_it_is_and_cannot_be_made_up()
    {
        var (uids, others, session) = (new InvitationUid([1]), new InvitationUid([2]), Guid.CreateVersion7());
        var uid = uids.Of(session, "professionals/A");
        var (found, code) = Assert.NotNull(InvitationUid.Parse($" {uid.ToUpperInvariant()} "));
        Assert.Equal(session, found);
        Assert.True(uids.IsOf(code, session, "professionals/A"));
        Assert.False(uids.IsOf(code, session, "professionals/B"));
        Assert.False(uids.IsOf(code, Guid.CreateVersion7(), "professionals/A"));
        Assert.False(others.IsOf(code, session, "professionals/A"));
        Assert.All(
            new[] { "", "x", InvitationUid.Bare(session), uid + "x", uid.Replace('@', '.'), uid.Replace("@intervision", "@elsewhere!!", StringComparison.Ordinal), new string('-', uid.Length) },
            wrong => Assert.Null(InvitationUid.Parse(wrong)));
    }

    [Fact]
    public async Task The_secret_of_uids_is_long_and_this_database_s_own()
    {
        var secret = await fixture.Db.Read(tx => tx.Single<byte[]>("select value from service_secret where name = 'invitation_uid'"), CancellationToken.None);
        Assert.Equal(32, secret.Length);
        Assert.True(secret.Distinct().Count() > 10);
    }

    private static void Told(Meeting before, Meeting after, params string[] expected) =>
        Assert.Equal(expected, InvitationLetters.Decide(before, after).Select(t => $"{t.Professional["professionals/".Length..]} {t.News}"));

    private static Invitation For(string name) => new() { Professional = $"professionals/{name}", Role = SessionRole.Actor };
}
