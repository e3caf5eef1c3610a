using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Intervision.Membership.Poles;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using State = Intervision.Membership.V1.Pole.Types.State;

namespace Intervision.Membership.Tests;

/// <summary>A pôle from its draft to its end.</summary>
public sealed class PoleLifeTests(PoleScene scene) : IClassFixture<PoleScene>
{
    private static readonly HashSet<string> Agreed = new(["organisations/590000014"], StringComparer.Ordinal);

    private static readonly Dictionary<string, (string Reason, string Field, Action<Pole> Break)> Broken = new(StringComparer.Ordinal)
    {
        ["name"] = ("NAME_INVALID", "pole.name", p => p.Name = "poles/p1"),
        ["label"] = ("DISPLAY_NAME_INVALID", "pole.display_name", p => p.DisplayName = " "),
        ["programme's form"] = ("PROGRAMME_INVALID", "pole.programme", p => p.Programme = "ADDICTIONS"),
        ["programme"] = ("UNKNOWN_PROGRAMME", "pole.programme", p => p.Programme = "programmes/TABAC"),
        ["seat's form"] = ("COMMUNE_INVALID", "pole.seat_commune", p => p.SeatCommune = "Lille"),
        ["seat"] = ("UNKNOWN_COMMUNE", "pole.seat_commune", p => p.SeatCommune = "59000"),
        ["area"] = ("AREA_INVALID", "pole.area", p => p.Area = new string('x', 41)),
        ["rhythm of tomorrow"] = ("RHYTHM_INVALID", "pole.rhythm", p => p.Rhythm = (Rhythm)9),
        ["rhythm of another programme"] = ("RHYTHM_NOT_ALLOWED", "pole.rhythm", p => (p.Programme, p.Rhythm) = ("programmes/SANTE_PRECARITE", Rhythm.OnDemand)),
        ["weekday"] = ("WEEKDAY_INVALID", "pole.weekday", p => p.Weekday = (Weekday)8),
        ["time"] = ("START_TIME_INVALID", "pole.start_time", p => p.StartTime.Minutes = 60),
        ["duration"] = ("DURATION_INVALID", "pole.duration_minutes", p => p.DurationMinutes = 14),
        ["modality"] = ("MODALITY_INVALID", "pole.modality", p => p.Modality = Modality.Unspecified),
        ["host's form"] = ("HOST_INVALID", "pole.host", p => p.Host = "590000014"),
        ["host"] = ("UNKNOWN_ORGANISATION", "pole.host", p => p.Host = "organisations/1"),
        ["mailbox"] = ("EMAIL_INVALID", "pole.coordinator_email", p => p.CoordinatorEmail = "nobody"),
        ["first day"] = ("ACTIVE_FROM_DATE_INVALID", "pole.active_from_date", p => p.ActiveFromDate.Month = 13),
        ["territory's form"] = ("COMMUNE_INVALID", "pole.communes", p => p.Communes.Add("")),
        ["territory"] = ("UNKNOWN_COMMUNE", "pole.communes", p => p.Communes.Add("59001")),
        ["coordinator"] = ("COORDINATOR_KIND_INVALID", "pole.coordinator_kind", p => p.CoordinatorKind = (CoordinatorKind)3),
        ["carrier's form"] = ("ORGANISATION_INVALID", "pole.carrier", p => p.Carrier = "CSAPA"),
        ["carrier"] = ("UNKNOWN_ORGANISATION", "pole.host", p => p.Carrier = "organisations/1"),
        ["other host's form"] = ("ORGANISATION_INVALID", "pole.other_hosts", p => p.OtherHosts.Add("")),
        ["other hosts"] = ("TOO_MANY_HOSTS", "pole.other_hosts", p => p.OtherHosts.Add(Enumerable.Range(0, 101).Select(i => $"organisations/{i}"))),
    };

    public static TheoryData<string> Breaks => [.. Broken.Keys];

    /// <summary>Without name and programme, which an update does not change.</summary>
    public static TheoryData<string> BreaksOfUpdates =>
        [.. Broken.Keys.Except(["name", "programme's form", "programme", "rhythm of another programme"], StringComparer.Ordinal)];

    [Fact]
    public async Task A_new_pole_is_a_draft_and_what_it_says_is_canonical()
    {
        var said = Sample.Pole(scene.NewCode()).With(p =>
        {
            (p.DisplayName, p.Carrier, p.CoordinatorKind) = (" Pôle Lille ", PoleScene.OtherHost, CoordinatorKind.Host);
            (p.State, p.Etag) = (State.Active, "v7");
            p.OtherHosts.Add([PoleScene.OtherHost, PoleScene.OtherHost]);
            p.Communes.Add(["59009", "59350"]);
        });
        var created = (await scene.Directory.CreatePoleAsync(scene.Creating(said), PoleScene.As())).Pole;
        Assert.Equal((State.Draft, "v1", "", "Pôle Lille"), (created.State, created.Etag, created.Referent, created.DisplayName));
        Assert.Equal(["59009", "59350"], created.Communes);
        Assert.Equal([PoleScene.OtherHost], created.OtherHosts);
        Assert.Equal((PoleScene.OtherHost, CoordinatorKind.Host), (created.Carrier, created.CoordinatorKind));
        Assert.Equal(created, await scene.Read(said.Name));
        Assert.Equal(created, Assert.Single(await scene.Events(said.Name)));
        Assert.Equal(1, await scene.HistoryRows(said.Name));
    }

    [Fact]
    public async Task A_draft_may_leave_rhythm_day_time_and_first_day_unsaid()
    {
        var draft = await scene.Draft(Unsaid);
        Assert.Equal((Rhythm.Unspecified, Weekday.Unspecified, null, null), (draft.Rhythm, draft.Weekday, draft.StartTime, draft.ActiveFromDate));
    }

    [Fact]
    public async Task A_code_is_given_once_whoever_asks()
    {
        var creating = scene.Creating(Sample.Pole(scene.NewCode()));
        var first = await scene.Directory.CreatePoleAsync(creating, PoleScene.As());
        Assert.Equal(first, await scene.Directory.CreatePoleAsync(creating, PoleScene.As()));
        var refused = await Refused.With(
            StatusCode.AlreadyExists, "POLE_EXISTS", () => scene.Directory.CreatePoleAsync(scene.Creating(creating.Pole), PoleScene.As()));
        Assert.Equal(creating.Pole.Name, refused.Detail<ErrorInfo>()!.Metadata["name"]);
        creating.Pole.DisplayName = "Autre";
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => scene.Directory.CreatePoleAsync(creating, PoleScene.As()));
        Assert.Single(await scene.Events(creating.Pole.Name));
        Assert.Equal(1, await scene.HistoryRows(creating.Pole.Name));
    }

    [Fact]
    public async Task Of_eight_who_create_the_same_one_does()
    {
        var pole = Sample.Pole(scene.NewCode());
        var reasons = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await scene.Directory.CreatePoleAsync(scene.Creating(pole), PoleScene.As());
                return "done";
            }
            catch (RpcException refused)
            {
                return refused.Reason();
            }
        }));
        Assert.Equal(["done", .. Enumerable.Repeat("POLE_EXISTS", 7)], reasons.OrderBy(r => r != "done"));
        Assert.Single(await scene.Events(pole.Name));
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task What_is_wrong_is_refused_with_its_reason_and_its_field(string name)
    {
        var (reason, field, break_) = Broken[name];
        var creating = scene.Creating(Sample.Pole(scene.NewCode()).With(break_));
        var refused = await Refused.With(StatusCode.InvalidArgument, reason, () => scene.Directory.CreatePoleAsync(creating, PoleScene.As()));
        Assert.Equal(field, refused.Detail<BadRequest>()!.FieldViolations[0].Field);
    }

    [Theory]
    [MemberData(nameof(BreaksOfUpdates))]
    public async Task The_same_is_refused_as_an_update(string name)
    {
        var (reason, _, break_) = Broken[name];
        var pole = await scene.Draft(Unsaid);
        var said = Sample.Pole().With(p => (p.Name, p.Etag) = (pole.Name, pole.Etag)).With(break_);
        await Refused.With(StatusCode.InvalidArgument, reason, () => scene.Directory.UpdatePoleAsync(
            new UpdatePoleRequest { RequestId = PoleScene.NewRequest(), Pole = said, UpdateMask = new FieldMask { Paths = { AllChangeable } } }, PoleScene.As()));
        Assert.Equal(pole, await scene.Read(pole.Name));
    }

    [Fact]
    public async Task Several_mistakes_are_all_named_in_field_order()
    {
        var creating = scene.Creating(Sample.Pole(scene.NewCode()).With(p => (p.DurationMinutes, p.DisplayName) = (0, "")));
        var refused = await Refused.With(StatusCode.InvalidArgument, "DISPLAY_NAME_INVALID", () => scene.Directory.CreatePoleAsync(creating, PoleScene.As()));
        Assert.Equal(["DISPLAY_NAME_INVALID", "DURATION_INVALID"], refused.Detail<BadRequest>()!.FieldViolations.Select(v => v.Reason));
    }

    [Fact]
    public async Task An_update_takes_the_fields_named_or_those_populated()
    {
        var pole = await scene.Active(p => p.OtherHosts.Add(PoleScene.OtherHost));
        var said = new Pole { Name = pole.Name, Etag = pole.Etag, DisplayName = "Pôle Métropole", Communes = { "59350", "59009" } };
        var populated = (await Update(said)).Pole;
        Assert.Equal(pole.Clone().With(p =>
        {
            (p.DisplayName, p.Etag) = ("Pôle Métropole", populated.Etag);
            p.Communes.Insert(0, "59009");
        }), populated);
        var emptied = (await Update(new Pole { Name = pole.Name, Etag = populated.Etag, DisplayName = "?" }, "other_hosts", "coordinator_email")).Pole;
        Assert.Equal(("Pôle Métropole", "", 0), (emptied.DisplayName, emptied.CoordinatorEmail, emptied.OtherHosts.Count));
    }

    [Fact]
    public async Task An_update_that_changes_nothing_says_nothing()
    {
        var pole = await scene.Active();
        Assert.Equal(pole, (await Update(pole)).Pole);
        Assert.Equal(3, (await scene.Events(pole.Name)).Count);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("programme")]
    [InlineData("referent")]
    [InlineData("referents")]
    [InlineData("state")]
    [InlineData("etag")]
    [InlineData("start_time.hours")]
    public async Task What_has_its_own_verb_or_never_changes_cannot_be_named(string path)
    {
        var pole = await scene.Draft();
        await Refused.With(StatusCode.InvalidArgument, "UPDATE_MASK_INVALID", () => scene.Directory.UpdatePoleAsync(Updating(pole, path), PoleScene.As()));
    }

    [Theory]
    [InlineData("rhythm", "NO_RHYTHM")]
    [InlineData("weekday", "NO_RHYTHM")]
    [InlineData("host", "NO_HOST_WITH_CONVENTION")]
    [InlineData("active_from_date", "ACTIVE_FROM_DATE_INVALID")]
    public async Task What_makes_a_pole_active_cannot_be_taken_from_it(string path, string reason)
    {
        var pole = await scene.Active();
        var refused = await Assert.ThrowsAsync<RpcException>(() => Update(new Pole { Name = pole.Name, Etag = pole.Etag }, path));
        Assert.Equal(reason, refused.Reason());
        Assert.Equal(pole, await scene.Read(pole.Name));
    }

    [Fact]
    public async Task A_pole_that_lost_its_referent_can_still_be_mended()
    {
        var pole = await scene.Active();
        var left = (await scene.Directory.EndReferentAsync(
            new EndReferentRequest { RequestId = PoleScene.NewRequest(), Name = pole.Referents[0].Name, Etag = pole.Etag, UntilDate = Sample.Date("2026-09-01") },
            PoleScene.As())).Pole;
        Assert.Equal(("", State.Active), (left.Referent, left.State));
        Assert.Equal("Autre", (await Update(new Pole { Name = pole.Name, Etag = left.Etag, DisplayName = "Autre" })).Pole.DisplayName);
    }

    [Fact]
    public async Task All_that_is_missing_is_said_at_once()
    {
        var draft = await scene.Draft(p =>
        {
            Unsaid(p);
            p.Host = PoleScene.OtherHost;
        });
        var refused = await Refused.With(StatusCode.FailedPrecondition, "NO_REFERENT_IN_OFFICE", () => scene.Directory.ActivatePoleAsync(
            new ActivatePoleRequest { RequestId = PoleScene.NewRequest(), Name = draft.Name, Etag = draft.Etag }, PoleScene.As()));
        var violations = refused.Detail<PreconditionFailure>()!.Violations;
        Assert.Equal(["NO_REFERENT_IN_OFFICE", "NO_HOST_WITH_CONVENTION", "NO_RHYTHM"], violations.Select(v => v.Description));
        Assert.All(violations, v => Assert.Equal(draft.Name, v.Subject));
        Assert.Equal(draft, await scene.Read(draft.Name));
    }

    [Theory]
    [InlineData("", "", "2018-09-01", "")]
    [InlineData("host", "NO_HOST_WITH_CONVENTION", "2018-09-01", "")]
    [InlineData("", "NO_REFERENT_IN_OFFICE", "2026-09-02", "")] // takes office tomorrow
    [InlineData("", "NO_REFERENT_IN_OFFICE", "2018-09-01", "2026-09-01")] // yesterday was the last day
    [InlineData("", "", "2018-09-01", "2026-09-02")]
    [InlineData("rhythm", "NO_RHYTHM", "2018-09-01", "")]
    [InlineData("day", "NO_RHYTHM", "2018-09-01", "")]
    [InlineData("time", "NO_RHYTHM", "2018-09-01", "")]
    [InlineData("day, on demand", "", "2018-09-01", "")]
    [InlineData("usual host, other has a convention", "", "2018-09-01", "")]
    public async Task One_thing_missing_on_the_day_is_one_reason(string without, string reason, string from, string until)
    {
        var draft = await scene.Draft(p => _ = without switch
        {
            "host" => (object)(p.Host = ""),
            "rhythm" => p.Rhythm = Rhythm.Unspecified,
            "day" => p.Weekday = Weekday.Unspecified,
            "time" => p.StartTime = null,
            "day, on demand" => (p.Rhythm, p.Weekday) = (Rhythm.OnDemand, Weekday.Unspecified),
            "usual host, other has a convention" => Add(p),
            _ => 0,
        });
        static string Add(Pole p)
        {
            p.OtherHosts.Add(p.Host);
            return p.Host = PoleScene.OtherHost;
        }

        var staffed = (await scene.Directory.AppointReferentAsync(scene.Appointing(draft, from, until.Length == 0 ? null : until), PoleScene.As())).Pole;
        if (reason.Length == 0)
        {
            Assert.Equal(State.Active, (await scene.Activate(staffed)).State);
            return;
        }

        var refused = await Assert.ThrowsAsync<RpcException>(() => scene.Activate(staffed));
        Assert.Equal((StatusCode.FailedPrecondition, reason), (refused.StatusCode, refused.Reason()));
        Assert.Equal(reason, Assert.Single(refused.Detail<PreconditionFailure>()!.Violations).Description);
    }

    [Fact]
    public async Task The_day_it_is_activated_is_its_first_day_unless_another_was_said()
    {
        Assert.Equal(Sample.Date("2018-09-01"), (await scene.Active()).ActiveFromDate);
        var pole = await scene.Active(p => p.ActiveFromDate = null);
        Assert.Equal(Sample.Date("2026-09-01"), pole.ActiveFromDate);
        var suspended = (await scene.Directory.SuspendPoleAsync(
            new SuspendPoleRequest { RequestId = PoleScene.NewRequest(), Name = pole.Name, Etag = pole.Etag }, PoleScene.As())).Pole;
        var again = (await scene.Directory.ActivatePoleAsync(
            new ActivatePoleRequest { RequestId = PoleScene.NewRequest(), Name = pole.Name, Etag = suspended.Etag }, PoleScene.As(MembershipFixture.Now.AddDays(9)))).Pole;
        Assert.Equal((State.Active, Sample.Date("2026-09-01")), (again.State, again.ActiveFromDate));
    }

    [Fact]
    public async Task A_closed_pole_stays_closed()
    {
        var pole = await scene.Active();
        var closed = (await scene.Directory.ClosePoleAsync(
            new ClosePoleRequest { RequestId = PoleScene.NewRequest(), Name = pole.Name, Etag = pole.Etag }, PoleScene.As())).Pole;
        Assert.Equal(State.Closed, closed.State);
        await Refused.With(StatusCode.FailedPrecondition, "POLE_CLOSED", () => scene.Directory.UpdatePoleAsync(
            Updating(closed.Clone().With(p => p.Area = "X"), "area"), PoleScene.As()));
        await Refused.With(StatusCode.FailedPrecondition, "POLE_CLOSED", () => scene.Directory.AppointReferentAsync(scene.Appointing(closed, "2010-01-01", "2011-01-01"), PoleScene.As()));
        await scene.Import(Sample.Pole().With(p => (p.Name, p.Area) = (pole.Name, "PICARDIE")).Row());
        Assert.Equal((State.Closed, "PICARDIE"), ((await scene.Read(pole.Name)).State, (await scene.Read(pole.Name)).Area));
    }

    [Theory]
    [InlineData(State.Draft, "", "POLE_NOT_ACTIVE", "")]
    [InlineData(State.Active, "POLE_ALREADY_ACTIVE", "", "")]
    [InlineData(State.Suspended, "", "POLE_NOT_ACTIVE", "")]
    [InlineData(State.Closed, "POLE_CLOSED", "POLE_CLOSED", "POLE_CLOSED")]
    public void What_each_state_allows(State state, string activate, string suspend, string close)
    {
        var pole = Sample.Pole().With(p => p.State = state);
        Assert.Equal(activate, Reason(() => ActivatePole.Decide(pole, Agreed)));
        Assert.Equal(suspend, Reason(() => SuspendPole.Decide(pole)));
        Assert.Equal(close, Reason(() => PoleVerb.MustNotBeClosed(pole)));
    }

    [Theory]
    [InlineData(State.Draft, "")]
    [InlineData(State.Active, "NO_RHYTHM")]
    [InlineData(State.Suspended, "")]
    [InlineData(State.Closed, "POLE_CLOSED")]
    public void Who_may_lose_its_rhythm(State state, string reason)
    {
        var pole = Sample.Pole().With(p => p.State = state);
        Assert.Equal(reason, Reason(() => UpdatePole.Decide(pole, pole.Clone().With(p => p.Rhythm = Rhythm.Unspecified), Agreed)));
    }

    [Fact]
    public async Task An_imported_draft_may_say_as_little_and_an_active_pole_may_not()
    {
        var code = scene.NewCode();
        var bare = Sample.Pole(code).With(Unsaid);
        var result = Assert.Single(await scene.Import(bare.Row()));
        Assert.Equal(ImportDirectoryResponse.Types.Outcome.Created, result.Outcome);
        Assert.Equal(State.Draft, (await scene.Read(bare.Name)).State);
        Assert.Equal(ImportDirectoryResponse.Types.Outcome.Unchanged, Assert.Single(await scene.Import(bare.Row())).Outcome);
        await scene.Import(Sample.Pole(code).Row());
        Assert.Equal(State.Active, (await scene.Read(bare.Name)).State);
        result = Assert.Single(await scene.Import(bare.Row()));
        Assert.Equal((ImportDirectoryResponse.Types.Outcome.Rejected, "RHYTHM_INVALID"), (result.Outcome, result.Reason));
    }

    private static readonly string[] AllChangeable =
    [
        "display_name", "seat_commune", "area", "rhythm", "weekday", "start_time", "duration_minutes", "modality", "host", "coordinator_email",
        "active_from_date", "communes", "coordinator_kind", "carrier", "other_hosts",
    ];

    private static void Unsaid(Pole pole) =>
        (pole.Rhythm, pole.Weekday, pole.StartTime, pole.ActiveFromDate) = (Rhythm.Unspecified, Weekday.Unspecified, null, null);

    private static string Reason(Action decide)
    {
        try
        {
            decide();
            return "";
        }
        catch (RuleBroken broken)
        {
            return broken.Reason;
        }
    }

    private static UpdatePoleRequest Updating(Pole pole, params string[] paths) =>
        new() { RequestId = PoleScene.NewRequest(), Pole = pole, UpdateMask = paths.Length == 0 ? null : new FieldMask { Paths = { paths } } };

    private async Task<UpdatePoleResponse> Update(Pole pole, params string[] paths) => await scene.Directory.UpdatePoleAsync(Updating(pole, paths), PoleScene.As());
}
