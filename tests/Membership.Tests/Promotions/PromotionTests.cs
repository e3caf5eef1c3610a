using Google.Rpc;
using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>What référents did to make intervisions known, and what is counted of it.</summary>
public sealed class PromotionTests(PoleScene scene) : IClassFixture<PoleScene>
{
    private static readonly Dictionary<string, (string Reason, string Field, Action<Promotion> Break)> Broken = new(StringComparer.Ordinal)
    {
        ["pôle's form"] = ("POLE_INVALID", "promotion.pole", p => p.Pole = "P01"),
        ["pôle"] = ("UNKNOWN_POLE", "promotion.pole", p => p.Pole = "poles/NOWHERE"),
        ["person's form"] = ("PROFESSIONAL_INVALID", "promotion.professional", p => p.Professional = ""),
        ["person"] = ("UNKNOWN_PROFESSIONAL", "promotion.professional", p => p.Professional = "professionals/PER-404"),
        ["no day"] = ("DATE_INVALID", "promotion.date", p => p.Date = null),
        ["no such day"] = ("DATE_INVALID", "promotion.date", p => p.Date.Day = 31),
        ["tomorrow"] = ("DATE_IN_FUTURE", "promotion.date", p => p.Date = Sample.Date("2026-09-02")),
        ["kind"] = ("KIND_INVALID", "promotion.kind", p => p.Kind = Promotion.Types.Kind.Unspecified),
        ["kind of tomorrow"] = ("KIND_INVALID", "promotion.kind", p => p.Kind = (Promotion.Types.Kind)9),
        ["nobody"] = ("CONTACTS_INVALID", "promotion.contacts", p => p.Contacts = 0),
        ["a crowd"] = ("CONTACTS_INVALID", "promotion.contacts", p => p.Contacts = 10_001),
        ["structures"] = ("TOO_MANY_ORGANISATIONS", "promotion.organisations", p => p.Organisations.Add(Enumerable.Range(0, 21).Select(i => $"organisations/{i}"))),
        ["structure's form"] = ("ORGANISATION_INVALID", "promotion.organisations", p => p.Organisations.Add("")),
        ["structure"] = ("UNKNOWN_ORGANISATION", "promotion.organisations", p => p.Organisations.Add("organisations/1")),
        ["note"] = ("NOTE_TOO_LONG", "promotion.note", p => p.Note = new string('é', 501)),
    };

    public static TheoryData<string> Breaks => [.. Broken.Keys];

    [Fact]
    public async Task Recorded_twice_with_the_same_id_it_is_there_once()
    {
        var pole = await scene.Draft();
        var recording = Recording(pole.Name, p =>
        {
            p.Organisations.Add([PoleScene.OtherHost, "organisations/590000014", PoleScene.OtherHost]);
            (p.Note, p.Name, p.Retracted, p.Etag) = (" Réunion\nd'équipe ", "promotions/mine", true, "v9");
        });
        var recorded = (await scene.Directory.RecordPromotionAsync(recording, PoleScene.As())).Promotion;
        Assert.Equal(recorded, (await scene.Directory.RecordPromotionAsync(recording, PoleScene.As())).Promotion);
        Assert.StartsWith("promotions/", recorded.Name, StringComparison.Ordinal);
        Assert.Equal(
            recording.Promotion.Clone().With(p =>
            {
                (p.Name, p.Note, p.Retracted, p.Etag) = (recorded.Name, "Réunion\nd'équipe", false, "v1");
                p.Organisations.Clear();
                p.Organisations.Add(["organisations/590000014", PoleScene.OtherHost]);
            }),
            recorded);
        Assert.Equal(recorded, Assert.Single(await List(pole.Name)));
        Assert.Equal(1, await scene.HistoryRows(recorded.Name));
        Assert.Empty(await scene.Said(recorded.Name));
        recording.Promotion.Contacts++;
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => scene.Directory.RecordPromotionAsync(recording, PoleScene.As()));
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task What_is_wrong_is_refused_with_its_reason_and_its_field(string name)
    {
        var (reason, field, break_) = Broken[name];
        var pole = await scene.Draft();
        var refused = await Refused.With(
            StatusCode.InvalidArgument, reason, () => scene.Directory.RecordPromotionAsync(Recording(pole.Name, break_), PoleScene.As()));
        Assert.Equal(field, refused.Detail<BadRequest>()!.FieldViolations[0].Field);
        Assert.Empty(await List(pole.Name));
    }

    [Fact]
    public async Task Taken_back_it_is_kept_and_no_longer_counted()
    {
        var pole = await scene.Draft();
        var recorded = await Record(pole.Name);
        var retracting = new RetractPromotionRequest { RequestId = PoleScene.NewRequest(), Name = recorded.Name, Etag = recorded.Etag };
        var retracted = (await scene.Directory.RetractPromotionAsync(retracting, PoleScene.As())).Promotion;
        Assert.Equal(retracted, (await scene.Directory.RetractPromotionAsync(retracting, PoleScene.As())).Promotion);
        Assert.Equal(recorded.Clone().With(p => (p.Retracted, p.Etag) = (true, "v2")), retracted);
        Assert.Equal(retracted, Assert.Single(await List(pole.Name)));
        Assert.Equal(2, await scene.HistoryRows(recorded.Name));
        Assert.DoesNotContain(await Report("2026-01-01", "2027-01-01"), l => l.Pole == pole.Name);
        await Refused.With(StatusCode.FailedPrecondition, "PROMOTION_RETRACTED", () => Retract(retracted));
        retracting.Etag = "v2";
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => scene.Directory.RetractPromotionAsync(retracting, PoleScene.As()));
    }

    [Fact]
    public async Task Taking_back_wants_the_current_version_an_entry_and_time_that_goes_on()
    {
        var recorded = await Record((await scene.Draft()).Name);
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => Retract(recorded.Clone().With(p => p.Etag = "v7")));
        await Refused.With(StatusCode.InvalidArgument, "ETAG_MISSING", () => Retract(recorded.Clone().With(p => p.Etag = "")));
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => Retract(recorded.Clone().With(p => p.Name = "promotions/1")));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => Retract(recorded.Clone().With(p => p.Name = $"promotions/{Guid.CreateVersion7()}")));
        await Refused.With(StatusCode.FailedPrecondition, "CLOCK_BEFORE_LAST_CHANGE", () => scene.Directory.RetractPromotionAsync(
            new RetractPromotionRequest { RequestId = PoleScene.NewRequest(), Name = recorded.Name, Etag = recorded.Etag }, PoleScene.As(MembershipFixture.Now.AddDays(-1))));
        Assert.Equal(recorded, Assert.Single(await List(recorded.Pole)));
    }

    [Fact]
    public async Task Of_eight_who_take_it_back_one_does()
    {
        var recorded = await Record((await scene.Draft()).Name);
        var reasons = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await Retract(recorded);
                return "done";
            }
            catch (RpcException refused)
            {
                return refused.Reason();
            }
        }));
        Assert.Equal(["done", .. Enumerable.Repeat("ETAG_MISMATCH", 7)], reasons.OrderBy(r => r != "done"));
        Assert.Equal(2, await scene.HistoryRows(recorded.Name));
    }

    [Theory]
    [InlineData(Roles.Referent)]
    [InlineData(Roles.HostCoordinator)]
    public async Task Who_organises_a_pole_records_lists_and_takes_back_there_and_nowhere_else(string role)
    {
        var (own, other) = (await scene.Draft(), await scene.Draft());
        var elsewhere = await Record(other.Name);
        var who = Tokens.As(new DevelopmentClaims("professionals/PER-1", [role]) { Poles = [own.Name] }, MembershipFixture.Now);
        var recorded = (await scene.Directory.RecordPromotionAsync(Recording(own.Name), who)).Promotion;
        Assert.Equal(recorded, Assert.Single((await scene.Directory.ListPromotionsAsync(new ListPromotionsRequest { Pole = own.Name }, who)).Promotions));
        await scene.Directory.RetractPromotionAsync(
            new RetractPromotionRequest { RequestId = PoleScene.NewRequest(), Name = recorded.Name, Etag = recorded.Etag }, who);

        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => scene.Directory.RecordPromotionAsync(Recording(other.Name), who));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => scene.Directory.ListPromotionsAsync(new ListPromotionsRequest { Pole = other.Name }, who));
        await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => scene.Directory.ListPromotionsAsync(new ListPromotionsRequest(), who));
        foreach (var name in (string[])[elsewhere.Name, $"promotions/{Guid.CreateVersion7()}", "nonsense"])
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => scene.Directory.RetractPromotionAsync(
                new RetractPromotionRequest { RequestId = PoleScene.NewRequest(), Name = name, Etag = "v1" }, who));
        }

        Assert.Equal(elsewhere, Assert.Single(await List(other.Name)));
    }

    [Fact]
    public async Task Counted_by_pole_in_the_period()
    {
        var (one, two) = (await scene.Draft(), await scene.Draft());
        await Record(one.Name, p => (p.Date, p.Contacts) = (Sample.Date("2025-01-01"), 3));
        await Record(one.Name, p =>
        {
            (p.Date, p.Contacts) = (Sample.Date("2025-12-31"), 40);
            p.Organisations.Add(["organisations/590000014", PoleScene.OtherHost]);
        });
        await Record(one.Name, p =>
        {
            p.Date = Sample.Date("2025-06-01");
            p.Organisations.Add(PoleScene.OtherHost);
        });
        await Record(one.Name, p => p.Date = Sample.Date("2026-01-01")); // the first day after
        await Record(two.Name, p => (p.Date, p.Contacts) = (Sample.Date("2025-05-05"), 1));
        await Retract(await Record(two.Name, p =>
        {
            p.Date = Sample.Date("2025-05-06");
            p.Organisations.Add(PoleScene.OtherHost);
        }));
        Assert.Equal(
            [(one.Name, 3, 48, 2), (two.Name, 1, 1, 0)],
            (await Report("2025-01-01", "2026-01-01", Roles.Auditor)).Select(l => (l.Pole, l.Promotions, l.Contacts, l.Structures)));
    }

    [Theory]
    [InlineData("2026-01-01", "2026-01-01", "PERIOD_EMPTY")]
    [InlineData(null, "2026-01-01", "FROM_DATE_INVALID")]
    [InlineData("2026-01-01", null, "UNTIL_DATE_INVALID")]
    public async Task A_report_has_two_days_in_order(string? from, string? until, string reason) =>
        await Refused.With(StatusCode.InvalidArgument, reason, () => scene.Directory.ReportPromotionsAsync(
            new ReportPromotionsRequest { FromDate = from is null ? null : Sample.Date(from), UntilDate = until is null ? null : Sample.Date(until) }, PoleScene.As()));

    [Fact]
    public async Task A_coordinator_pages_through_all()
    {
        var pole = await scene.Draft();
        for (var i = 0; i < 3; i++)
        {
            await Record(pole.Name);
        }

        var all = await Pages("", 1000);
        Assert.Equal(all, await Pages("", 2));
        Assert.Equal(all.Order(StringComparer.Ordinal), all);
        Assert.Equal(3, (await Pages(pole.Name, 2)).Count);
        await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => scene.Directory.ListPromotionsAsync(new ListPromotionsRequest { Pole = "P01" }, PoleScene.As()));
    }

    private static RecordPromotionRequest Recording(string pole, Action<Promotion>? change = null) => new()
    {
        RequestId = PoleScene.NewRequest(),
        Promotion = new Promotion
        {
            Pole = pole, Professional = "professionals/PER-1", Date = Sample.Date("2026-09-01"), Kind = Promotion.Types.Kind.Presentation, Contacts = 5,
        }.With(change ?? (_ => { })),
    };

    private async Task<Promotion> Record(string pole, Action<Promotion>? change = null) =>
        (await scene.Directory.RecordPromotionAsync(Recording(pole, change), PoleScene.As())).Promotion;

    private AsyncUnaryCall<RetractPromotionResponse> Retract(Promotion promotion) => scene.Directory.RetractPromotionAsync(
        new RetractPromotionRequest { RequestId = PoleScene.NewRequest(), Name = promotion.Name, Etag = promotion.Etag }, PoleScene.As());

    private async Task<IReadOnlyList<Promotion>> List(string pole) =>
        (await scene.Directory.ListPromotionsAsync(new ListPromotionsRequest { Pole = pole }, PoleScene.As())).Promotions;

    private async Task<List<string>> Pages(string pole, int size)
    {
        var names = new List<string>();
        var request = new ListPromotionsRequest { Pole = pole, PageSize = size };
        do
        {
            var page = await scene.Directory.ListPromotionsAsync(request, PoleScene.As());
            names.AddRange(page.Promotions.Select(p => p.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return names;
    }

    private async Task<IReadOnlyList<ReportPromotionsResponse.Types.Line>> Report(string from, string until, string role = Roles.Coordinator) =>
        (await scene.Directory.ReportPromotionsAsync(
            new ReportPromotionsRequest { FromDate = Sample.Date(from), UntilDate = Sample.Date(until) }, Tokens.As(Tokens.Of(role, "someone"), MembershipFixture.Now))).Lines;
}
