using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Time;
using Microsoft.Extensions.DependencyInjection;

namespace Intervision.Indemnisation.Tests;

/// <summary>Nobody is paid for two tables at once (DOMAIN §6): of two pôles, of two programmes, in whatever order the sheets come.</summary>
public sealed class OverlapTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private static readonly DateOnly Day = new(2026, 10, 6);

    [Fact]
    public async Task The_second_sheet_waits_until_one_of_them_is_corrected()
    {
        var (scene, other) = (await fixture.NewScene(), await fixture.NewScene());
        var person = await scene.NewPerson();
        var (here, there) = (scene.NewSession(Day), other.NewSession(Day, "poles/P01") with { Start = new(13, 0) });
        await scene.Certify(here, person.Present(here, 80));
        await other.Certify(there, person.Present(there, 60, kilometres: 20));
        Assert.Equal([(LineState.Calculated, "")], await Standing(scene, here));
        Assert.Equal([(LineState.Recorded, "PRESENCE_OVERLAP"), (LineState.Recorded, "PRESENCE_OVERLAP")], await Standing(other, there));

        // Gone before the other began.
        await scene.Correct(here, person, 2, person.Present(here, 30));
        Assert.Equal([(LineState.Cancelled, "CORRECTED"), (LineState.Calculated, "")], await Standing(scene, here));
        Assert.Equal([(LineState.Calculated, ""), (LineState.Calculated, "")], await Standing(other, there));
        Assert.True((await scene.Reconcile()).Reconciled);
    }

    [Fact]
    public async Task Who_was_not_at_the_second_table_after_all_keeps_the_first()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var (here, there) = (scene.NewSession(Day), scene.NewSession(Day, "poles/P01"));
        await scene.Certify(here, person.Present(here, 80));
        await scene.Certify(there, person.Present(there, 80));
        await scene.Correct(there, person, 2, null);
        Assert.Equal([(LineState.Calculated, "")], await Standing(scene, here));
        Assert.Equal([(LineState.Cancelled, "CORRECTED")], await Standing(scene, there));
    }

    [Fact]
    public async Task One_after_the_other_on_one_day_both_are_paid()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var (noon, then) = (scene.NewSession(Day), scene.NewSession(Day, "poles/P01") with { Start = new(13, 0) });
        await scene.Certify(noon, person.Present(noon, 30));
        await scene.Certify(then, person.Present(then, 60));
        Assert.Equal([(LineState.Calculated, "")], await Standing(scene, noon));
        Assert.Equal([(LineState.Calculated, "")], await Standing(scene, then));
    }

    [Fact]
    public async Task Of_sheets_certified_at_once_one_is_paid()
    {
        var scene = await fixture.NewScene();
        var person = await scene.NewPerson();
        var sessions = Enumerable.Range(1, 6).Select(n => scene.NewSession(Day, $"poles/P{n:D2}")).ToList();
        await Task.WhenAll(sessions.Select(s => scene.Certify(s, person.Present(s, 80))));
        var standing = new List<(LineState, string)>();
        foreach (var session in sessions)
        {
            standing.AddRange(await Standing(scene, session));
        }

        Assert.Equal([(LineState.Recorded, "PRESENCE_OVERLAP"), (LineState.Calculated, "")], standing.Distinct().Order());
        Assert.Single(standing, s => s.Item1 == LineState.Calculated);
    }

    [Fact]
    public async Task Sheets_heard_of_together_are_told_apart_too()
    {
        var scene = await fixture.NewScene();
        var (person, apart) = (await scene.NewPerson(), await scene.NewPerson());
        var (here, there) = (scene.NewSession(Day), scene.NewSession(Day, "poles/P01"));
        var sheets = new[] { scene.SheetOf(here, person.Present(here, 80)), scene.SheetOf(there, person.Present(there, 80), apart.Present(there, 80)) };
        await fixture.Db.InTransaction(
            tx => fixture.Services.GetRequiredService<RecordAttendance>().Handle(tx, [.. sheets.Select(s => new CertifiedSheet(s, here.EndTime.AddHours(1), null))]), CancellationToken.None);
        var standing = (await scene.LinesOf(here)).Concat(await scene.LinesOf(there)).Select(l => (l.Professional == person.Name, l.State));
        Assert.Equal([(false, LineState.Calculated), (true, LineState.Recorded), (true, LineState.Calculated)], standing.Order());
    }

    [Theory]
    [InlineData("12:30-13:00", "13:00-13:30", false)]
    [InlineData("12:30-13:01", "13:00-13:30", true)]
    [InlineData("12:00-12:30", "11:00-12:45", false)] // Before the first session: neither is paid for it.
    [InlineData("12:30-12:40 13:30-13:50", "12:40-13:30", false)] // Out and back again.
    [InlineData("12:30-12:40 13:29-13:50", "12:40-13:30", true)]
    [InlineData("13:00-13:00", "12:30-14:00", false)]
    public void Presences_meet_by_the_minute_within_their_sessions(string one, string other, bool meet)
    {
        Assert.Equal(meet, Presences.AtOnce(Sheet(one), Sheet(other), "professionals/P"));
        Assert.Equal(meet, Presences.AtOnce(Sheet(other), Sheet(one), "professionals/P"));
        Assert.False(Presences.AtOnce(Sheet(one), Sheet(other), "professionals/Q"));
    }

    private static AttendanceCertified Sheet(string times)
    {
        var sheet = new AttendanceCertified { StartInstant = At("12:30"), EndInstant = At("14:00") };
        sheet.Lines.AddRange(times.Split(' ').Select(t => t.Split('-')).Select(t =>
            new Intervision.Scheduling.V1.AttendanceLine { Professional = "professionals/P", InTime = At(t[0]), OutTime = At(t[1]) }));
        return sheet;

        static Google.Protobuf.WellKnownTypes.Timestamp At(string time) =>
            Paris.InstantOf(Day, TimeOnly.Parse(time, System.Globalization.CultureInfo.InvariantCulture)).ToProto();
    }

    private static async Task<IReadOnlyList<(LineState, string)>> Standing(Scene scene, SessionAt session) =>
        [.. (await scene.LinesOf(session)).OrderBy(l => l.Revision).Select(l => (l.State, l.Reason))];
}
