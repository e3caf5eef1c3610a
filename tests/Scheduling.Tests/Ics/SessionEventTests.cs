using System.Text;
using Intervision.Scheduling.Ics;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Tests.Ics;

/// <summary>What calendars are told of a session, byte by byte and as another library understands it.</summary>
public sealed class SessionEventTests
{
    private const string Organiser = "coordination.p12@example.org";
    private const string Invited = "jean.d'artagnan+seances%1@medecin.mssante.fr";
    private const string Place = "Salle 2, CSAPA \"Le Jardin\" (ou visioconférence)";
    private static readonly DateTimeOffset Said = new(2026, 8, 25, 10, 15, 30, TimeSpan.Zero);

    [Fact]
    public void An_invitation_is_these_lines_and_no_other() => Assert.Equal(
        """
        BEGIN:VCALENDAR
        PRODID:-//Intervision//Seances//FR
        VERSION:2.0
        CALSCALE:GREGORIAN
        METHOD:REQUEST
        BEGIN:VTIMEZONE
        TZID:Europe/Paris
        BEGIN:DAYLIGHT
        TZOFFSETFROM:+0100
        TZOFFSETTO:+0200
        TZNAME:CEST
        DTSTART:19700329T020000
        RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
        END:DAYLIGHT
        BEGIN:STANDARD
        TZOFFSETFROM:+0200
        TZOFFSETTO:+0100
        TZNAME:CET
        DTSTART:19701025T030000
        RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
        END:STANDARD
        END:VTIMEZONE
        BEGIN:VEVENT
        UID:01990000-0000-7000-8000-000000000001@intervision
        SEQUENCE:2
        DTSTAMP:20260825T101530Z
        DTSTART;TZID=Europe/Paris:20260901T121500
        DTEND;TZID=Europe/Paris:20260901T134500
        SUMMARY:Intervision – pôle Hénin-Beaumont
        LOCATION:Salle 2\, CSAPA "Le Jardin" (ou visioconférence)
        CLASS:PRIVATE
        STATUS:CONFIRMED
        TRANSP:OPAQUE
        ORGANIZER;CN=Intervision – pôle Hénin-Beaumont:mailto:coordination.p12@
         example.org
        ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=
         TRUE:mailto:jean.d'artagnan+seances%251@medecin.mssante.fr
        END:VEVENT
        END:VCALENDAR

        """.ReplaceLineEndings("\r\n"),
        IcsWriter.Write(Event("Pôle Hénin-Beaumont").Request(Organiser, Invited)));

    [Fact]
    public async Task Another_library_understands_invitation_cancellation_and_feed()
    {
        var one = Event("Saint-Omer, « La Rotonde » ; bâtiment \\ n°2");
        var read = await OtherParser.Read(
            IcsWriter.Write(one.Request(Organiser, Invited)) + IcsWriter.Write(one.Cancel(Organiser, Invited))
            + IcsWriter.Write(SessionEvent.Published("Intervisions", [one, one with { Uid = "other", Status = EventStatus.Tentative }])));
        Assert.Equal(["REQUEST", "CANCEL", "PUBLISH"], read.Select(c => c.Method));
        Assert.All(read, c => Assert.Equal(("2.0", SessionEvent.Product, "Europe/Paris"), (c.Version, c.Product, Assert.Single(c.Zones))));
        var (request, cancel, feed) = (Assert.Single(read[0].Events), Assert.Single(read[1].Events), read[2].Events);
        Assert.Equal(
            (one.Uid, 2, Said, one.Start, one.End, "Europe/Paris", "CONFIRMED", "PRIVATE"),
            (request.Uid, request.Sequence, request.Stamp, request.Start, request.End, request.Zone, request.Status, request.Class));
        Assert.Equal("Intervision – pôle Saint-Omer, « La Rotonde » ; bâtiment \\ n°2", request.Summary);
        Assert.All([request, cancel, .. feed], e => Assert.Equal(Place, e.Location));
        Assert.Equal($"mailto:{Organiser}", request.Organizer);
        Assert.Equal(new OtherParser.Attendee("mailto:jean.d'artagnan+seances%251@medecin.mssante.fr", "NEEDS-ACTION", "TRUE"), Assert.Single(request.Attendees));
        Assert.Equal((one.Uid, 2, "CANCELLED"), (cancel.Uid, cancel.Sequence, cancel.Status));
        Assert.Equal([(one.Uid, "CONFIRMED"), ("other", "TENTATIVE")], feed.Select(e => (e.Uid, e.Status)));
        Assert.All(feed, e => Assert.Empty(e.Attendees));
        Assert.All(feed, e => Assert.Null(e.Organizer));
    }

    /// <summary>DOMAIN §7: days around the switches of 2026 and 2027, and the hours that exist twice or not at all.</summary>
    [Theory]
    [InlineData(2026, 3, 28, 12, 30, "2026-03-28T11:30:00Z")]
    [InlineData(2026, 3, 30, 12, 30, "2026-03-30T10:30:00Z")]
    [InlineData(2026, 10, 23, 12, 30, "2026-10-23T10:30:00Z")]
    [InlineData(2026, 10, 26, 12, 30, "2026-10-26T11:30:00Z")]
    [InlineData(2027, 3, 27, 12, 30, "2027-03-27T11:30:00Z")]
    [InlineData(2027, 3, 28, 1, 59, "2027-03-28T00:59:00Z")]
    [InlineData(2027, 3, 28, 2, 30, "2027-03-28T01:30:00Z")]
    [InlineData(2027, 3, 28, 3, 0, "2027-03-28T01:00:00Z")]
    [InlineData(2027, 10, 30, 12, 30, "2027-10-30T10:30:00Z")]
    [InlineData(2027, 10, 31, 2, 30, "2027-10-31T00:30:00Z")]
    [InlineData(2027, 10, 31, 3, 30, "2027-10-31T02:30:00Z")]
    [InlineData(2027, 10, 31, 12, 30, "2027-10-31T11:30:00Z")]
    public async Task The_instant_is_right_on_the_days_that_change_the_clock(int year, int month, int day, int hour, int minute, string expected)
    {
        var start = Paris.InstantOf(new DateOnly(year, month, day), new TimeOnly(hour, minute));
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), start);
        var read = (await OtherParser.Read(IcsWriter.Write((Event("X") with { Start = start, End = start.AddMinutes(90) }).Request(Organiser, Invited))))[0].Events[0];
        Assert.Equal((start, start.AddMinutes(90)), (read.Start, read.End));
    }

    [Theory]
    [InlineData(60, "DTEND:20271031T003000Z")]
    [InlineData(120, "DTEND:20271031T013000Z")]
    [InlineData(180, "DTEND;TZID=Europe/Paris:20271031T033000")]
    public async Task A_meeting_through_the_repeated_hour_keeps_its_length(int minutes, string expected)
    {
        var start = Paris.InstantOf(new DateOnly(2027, 10, 31), new TimeOnly(1, 30));
        var text = IcsWriter.Write((Event("X") with { Start = start, End = start.AddMinutes(minutes) }).Request(Organiser, Invited));
        Assert.Contains("DTSTART;TZID=Europe/Paris:20271031T013000\r\n", text, StringComparison.Ordinal);
        Assert.Contains($"{expected}\r\n", text, StringComparison.Ordinal);
        Assert.Equal(start.AddMinutes(minutes), (await OtherParser.Read(text))[0].Events[0].End);
    }

    [Fact]
    public void Without_a_place_there_is_no_line_for_it() =>
        Assert.DoesNotContain("LOCATION", IcsWriter.Write((Event("X") with { Place = "" }).Request(Organiser, Invited)), StringComparison.Ordinal);

    [Theory]
    [InlineData("Pôle Lens", "Intervision – pôle Lens")]
    [InlineData("PÔLE Lens", "Intervision – pôle Lens")]
    [InlineData("Lens", "Intervision – pôle Lens")]
    [InlineData("Pôlens", "Intervision – pôle Pôlens")]
    public void The_summary_is_the_name_of_the_pole(string name, string expected) => Assert.Equal(expected, SessionEvent.SummaryOf(name));

    [Fact]
    public void No_line_is_longer_than_75_octets_nor_cut_inside_a_character()
    {
        for (var length = 0; length < 80; length++)
        {
            var summary = new string('x', length) + string.Concat(Enumerable.Repeat("é€🩺", 30));
            var bytes = Encoding.UTF8.GetBytes(IcsWriter.Write(Event(summary).Request(Organiser, Invited)));
            foreach (var line in Encoding.Latin1.GetString(bytes).Split("\r\n"))
            {
                Assert.InRange(line.Length, 0, 75);
                _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Encoding.Latin1.GetBytes(line));
            }
        }
    }

    private static SessionEvent Event(string pole) => new(
        "01990000-0000-7000-8000-000000000001@intervision", pole, Sessions.A.Start, Sessions.A.Start.AddMinutes(90), 2, EventStatus.Confirmed, Said, Place);
}
