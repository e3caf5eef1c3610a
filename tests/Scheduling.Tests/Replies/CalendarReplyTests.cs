using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Intervision.Scheduling.Replies;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Scheduling.Tests.Replies;

/// <summary>Answers in the shapes that mail programs give them, and in shapes that nobody should.</summary>
public sealed class CalendarReplyTests
{
    private const string Uid = "01990000-0000-7000-8000-000000000001-00112233445566778899aabbccddeeff@intervision";

    private static readonly string Outlook =
        $"""
        BEGIN:VCALENDAR
        METHOD:REPLY
        PRODID:Microsoft Exchange Server 2010
        VERSION:2.0
        BEGIN:VTIMEZONE
        TZID:Romance Standard Time
        BEGIN:STANDARD
        DTSTART:16010101T030000
        TZOFFSETFROM:+0200
        TZOFFSETTO:+0100
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
        END:STANDARD
        BEGIN:DAYLIGHT
        DTSTART:16010101T020000
        TZOFFSETFROM:+0100
        TZOFFSETTO:+0200
        RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
        END:DAYLIGHT
        END:VTIMEZONE
        BEGIN:VEVENT
        ATTENDEE;PARTSTAT=ACCEPTED;CN="Test, Jean (Dr)":MAILTO:Jean.Test@medecin.mssante.fr
        COMMENT;LANGUAGE=fr-FR:\n
        UID:01990000-0000-7000-8000-000000000001-00112233445566778899aabbccddeeff@i
         ntervision
        SUMMARY;LANGUAGE=fr-FR:Accepté: Intervision – pôle Lens
        DTSTART;TZID=Romance Standard Time:20260901T121500
        DTEND;TZID=Romance Standard Time:20260901T134500
        CLASS:PRIVATE
        PRIORITY:5
        DTSTAMP:20260825T081500Z
        TRANSP:OPAQUE
        STATUS:CONFIRMED
        SEQUENCE:0
        LOCATION;LANGUAGE=fr-FR:
        X-MICROSOFT-CDO-APPT-SEQUENCE:0
        X-MICROSOFT-CDO-BUSYSTATUS:BUSY
        X-MICROSOFT-DISALLOW-COUNTER:FALSE
        END:VEVENT
        END:VCALENDAR
        """;

    private static readonly string Google =
        $"""
        BEGIN:VCALENDAR
        PRODID:-//Google Inc//Google Calendar 70.9054//EN
        VERSION:2.0
        CALSCALE:GREGORIAN
        METHOD:REPLY
        BEGIN:VEVENT
        DTSTART:20260901T101500Z
        DTEND:20260901T114500Z
        DTSTAMP:20260825T081500Z
        ORGANIZER;CN=Intervision – pôle Lens:mailto:coordination.p12@example.org
        UID:{Uid}
        ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=TENTATIVE;CN=jean.
         test@medecin.mssante.fr;X-NUM-GUESTS=0;X-RESPONSE-COMMENT="Je serai: ; en r
         etard":mailto:jean.test@medecin.mssante.fr
        CLASS:PRIVATE
        CREATED:20260825T080000Z
        LAST-MODIFIED:20260825T081500Z
        SEQUENCE:2
        STATUS:CONFIRMED
        SUMMARY:Intervision – pôle Lens
        TRANSP:OPAQUE
        END:VEVENT
        END:VCALENDAR
        """;

    private static readonly string Apple =
        $"""
        BEGIN:VCALENDAR
        CALSCALE:GREGORIAN
        VERSION:2.0
        METHOD:REPLY
        PRODID:-//Apple Inc.//macOS 15.0//EN
        BEGIN:VEVENT
        ATTENDEE;CN="Jean Test";CUTYPE=INDIVIDUAL;EMAIL="jean.test@medecin.mssante.fr
         ";PARTSTAT=DECLINED:mailto:jean%2Etest@medecin.mssante.fr
        DTEND;TZID=Europe/Paris:20260901T134500
        TRANSP:OPAQUE
        ORGANIZER;CN="Intervision – pôle Lens";EMAIL="coordination.p12@example.org":
         mailto:coordination.p12@example.org
        UID:{Uid}
        DTSTAMP:20260825T081500Z
        SEQUENCE:0
        REQUEST-STATUS:2.0;Success
        SUMMARY:Intervision – pôle Lens
        DTSTART;TZID=Europe/Paris:20260901T121500
        CREATED:20260825T080000Z
        BEGIN:VALARM
        X-WR-ALARMUID:0A1B
        ACTION:NONE
        TRIGGER;VALUE=DATE-TIME:19760401T005545Z
        END:VALARM
        END:VEVENT
        END:VCALENDAR
        """;

    public static TheoryData<string, Answer, int> Vendors => new() { { Outlook, Answer.Yes, 0 }, { Google, Answer.Maybe, 2 }, { Apple, Answer.No, 0 } };

    [Theory]
    [MemberData(nameof(Vendors))]
    public void What_mail_programs_send_is_understood_with_either_line_ending(string text, Answer answer, int sequence)
    {
        foreach (var ending in new[] { "\r\n", "\n" })
        {
            var read = Read(text.ReplaceLineEndings(ending));
            Assert.Equal((Uid, answer, sequence, new DateTimeOffset(2026, 8, 25, 8, 15, 0, TimeSpan.Zero)), (read.Uid, read.Answer, read.Sequence, read.Stamp));
            Assert.Equal("jean.test@medecin.mssante.fr", read.Mailbox, ignoreCase: true);
        }
    }

    [Theory]
    [InlineData("METHOD:REPLY", "METHOD:REQUEST", "METHOD_NOT_REPLY")]
    [InlineData("METHOD:REPLY", "METHOD:COUNTER", "METHOD_NOT_REPLY")]
    [InlineData("METHOD:REPLY", "X-METHOD:REPLY", "METHOD_NOT_REPLY")]
    [InlineData("VEVENT", "VTODO", "EVENT_MISSING")]
    [InlineData("END:VEVENT", "END:VEVENT\nBEGIN:VEVENT\nEND:VEVENT", "EVENT_NOT_SINGLE")]
    [InlineData("UID:", "X-UID:", "UID_MISSING")]
    [InlineData("ATTENDEE;", "X-ATTENDEE;", "ATTENDEE_MISSING")]
    [InlineData("SEQUENCE:2", "SEQUENCE:2\nATTENDEE:mailto:other@medecin.mssante.fr", "ATTENDEE_NOT_SINGLE")]
    [InlineData("PARTSTAT=TENTATIVE", "PARTSTAT=NEEDS-ACTION", "PARTSTAT_UNKNOWN")]
    [InlineData("PARTSTAT=TENTATIVE", "X-PARTSTAT=TENTATIVE", "PARTSTAT_UNKNOWN")]
    [InlineData("PARTSTAT=TENTATIVE", "PARTSTAT=DELEGATED", "PARTSTAT_DELEGATED")]
    [InlineData("SEQUENCE:2", "SEQUENCE:-2", "SEQUENCE_INVALID")]
    [InlineData("SEQUENCE:2", "SEQUENCE:99999999999", "SEQUENCE_INVALID")]
    [InlineData("DTSTAMP:20260825T081500Z", "DTSTAMP:20260825T081500", "DTSTAMP_INVALID")]
    [InlineData("DTSTAMP:20260825T081500Z", "DTSTAMP:20261325T081500Z", "DTSTAMP_INVALID")]
    [InlineData("DTSTAMP:", "X-DTSTAMP:", "DTSTAMP_INVALID")]
    [InlineData("BEGIN:VCALENDAR", "BEGIN:VCARD", "NOT_A_CALENDAR")]
    [InlineData("PRODID", "PRODID ", "CALENDAR_LINE_INVALID")]
    public void What_is_no_answer_is_refused_with_its_reason(string before, string after, string reason)
    {
        Assert.Contains(before, Google, StringComparison.Ordinal);
        var refused = Assert.Throws<RuleBroken>(() => Read(Google.Replace(before, after, StringComparison.Ordinal)));
        Assert.Equal((Grpc.Core.StatusCode.InvalidArgument, reason), (refused.Code, refused.Reason));
    }

    [Theory]
    [InlineData("jean.test@medecin.mssante.fr")]
    [InlineData("http://medecin.mssante.fr/jean")]
    [InlineData("mailto:")]
    [InlineData("mailto:%zz%")]
    public void An_address_that_is_no_mailbox_is_nobody_s(string address) =>
        Assert.NotEqual("jean.test@medecin.mssante.fr", Read(Google.Replace("mailto:jean.test@medecin.mssante.fr", address, StringComparison.Ordinal)).Mailbox, StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void Without_a_sequence_it_is_the_first() => Assert.Equal(0, Read(Google.Replace("SEQUENCE:2\n", "", StringComparison.Ordinal)).Sequence);

    [Fact]
    public void Whatever_comes_is_read_or_refused_as_a_bad_argument() => Prop.ForAll(
        (from text in Gen.Elements(Outlook, Google, Apple)
         from cuts in (from at in Gen.Choose(0, 1500) from length in Gen.Choose(0, 40) from noise in Gen.Elements("", ":", ";", "\"", "\n", "\n ", "=", "é", "\0", "END:VEVENT\n") select (at, length, noise)).ArrayOf()
         select cuts.Aggregate(text, (t, c) => c.at + c.length < t.Length ? t.Remove(c.at, c.length).Insert(c.at, c.noise) : t)).ToArbitrary(),
        text =>
        {
            try
            {
                Assert.NotNull(Read(text));
            }
            catch (RuleBroken refused)
            {
                Assert.Equal(Grpc.Core.StatusCode.InvalidArgument, refused.Code);
                Assert.NotEmpty(refused.French);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    private static CalendarReply Read(string text) => CalendarReply.Read(Encoding.UTF8.GetBytes(text));
}
