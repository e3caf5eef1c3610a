using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Membership.Programmes;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>Rule sets are data: created, changed and documented by RPC.</summary>
public sealed class ProgrammeTests(SmallDirectory membership) : IClassFixture<SmallDirectory>
{
    private const string Sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private static int count;

    private static Metadata Coordinator => Tokens.As(Tokens.Coordinator(), MembershipFixture.Now);

    public static TheoryData<string, Action<Programme>> Broken => new()
    {
        { "NAME_INVALID", p => p.Name = "programmes/tabac" },
        { "NAME_INVALID", p => p.Name = "poles/TABAC" },
        { "DISPLAY_NAME_INVALID", p => p.DisplayName = "" },
        { "DISPLAY_NAME_INVALID", p => p.DisplayName = new string('x', 201) },
        { "MAXIMUM_CASES_INVALID", p => p.MaximumCasesPerSession = 0 },
        { "MAXIMUM_CASES_INVALID", p => p.MaximumCasesPerSession = 51 },
        { "MINUTES_PER_CASE_INVALID", p => p.MinutesPerCase = 4 },
        { "SESSION_MINUTES_INVALID", p => (p.SessionMinutes, p.MinutesPerCase) = (14, 5) },
        { "SESSION_MINUTES_INVALID", p => p.SessionMinutes = 481 },
        { "SESSION_TOO_SHORT", p => (p.SessionMinutes, p.NewPartnerMinutes) = (30, 11) },
        { "CLOSED_MONTHS_INVALID", p => p.ClosedMonths.Add(13) },
        { "CLOSED_MONTHS_INVALID", p => p.ClosedMonths.Add([7, 7]) },
        { "NEW_PARTNER_MINUTES_INVALID", p => p.NewPartnerMinutes = -1 },
        { "RHYTHMS_INVALID", p => p.Rhythms.Clear() },
        { "RHYTHMS_INVALID", p => p.Rhythms.Add(Rhythm.Unspecified) },
        { "RHYTHMS_INVALID", p => p.Rhythms.Add((Rhythm)9) },
        { "RHYTHMS_INVALID", p => p.Rhythms.Add(p.Rhythms[0]) },
    };

    public static TheoryData<string, Action<ProgrammeDocument>> BrokenDocuments => new()
    {
        { "DOCUMENT_KIND_INVALID", d => d.Kind = ProgrammeDocument.Types.Kind.Unspecified },
        { "DOCUMENT_VERSION_INVALID", d => d.Version = "" },
        { "DOCUMENT_VERSION_INVALID", d => d.Version = "2020 bis" },
        { "DOCUMENT_TITLE_INVALID", d => d.Title = "" },
        { "SHA256_INVALID", d => d.Sha256 = Sha256[1..] },
        { "SHA256_INVALID", d => d.Sha256 = Sha256[1..] + "g" },
        { "URI_INVALID", d => d.Uri = "http://example.org/charte.pdf" },
        { "URI_INVALID", d => d.Uri = "https://" },
        { "EFFECTIVE_DATE_INVALID", d => d.EffectiveDate = null },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_rule_set_has_its_rules(string reason, Action<Programme> change)
    {
        var violations = new Violations();
        ProgrammeRules.Check(Tabac().With(change), violations);
        Assert.Equal(reason, Assert.Throws<RuleBroken>(violations.ThrowIfAny).Reason);
    }

    [Fact]
    public async Task A_third_programme_is_added_once_however_often_it_is_asked()
    {
        var request = new CreateProgrammeRequest { RequestId = NewId(), Programme = Tabac() };
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ => await membership.Directory.CreateProgrammeAsync(request, Coordinator)));
        Assert.All(answers, a => Assert.Equal(Tabac(request.Programme.Name).With(p => p.Etag = "v1"), a.Programme));
        var said = Assert.Single(await membership.Said(request.Programme.Name));
        Assert.Equal(answers[0].Programme, said.As<ProgrammeChanged>().Programme);
        Assert.Single(await History(request.Programme.Name));

        var reused = request.Clone().With(r => r.Programme.MinutesPerCase = 25);
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => membership.Directory.CreateProgrammeAsync(reused, Coordinator));
        var again = request.Clone().With(r => r.RequestId = NewId());
        await Refused.With(StatusCode.AlreadyExists, "PROGRAMME_EXISTS", () => membership.Directory.CreateProgrammeAsync(again, Coordinator));
    }

    [Fact]
    public async Task Rules_change_under_a_mask_and_under_guard()
    {
        var programme = await Create();
        var request = new UpdateProgrammeRequest
        {
            RequestId = NewId(),
            Programme = new Programme { Name = programme.Name, Etag = programme.Etag, ClosedMonths = { 8 }, MinutesPerCase = 25 },
            UpdateMask = new FieldMask { Paths = { "closed_months", "indemnified" } },
        };
        var first = (await membership.Directory.UpdateProgrammeAsync(request, Coordinator)).Programme;
        Assert.Equal(programme.Clone().With(p => { p.ClosedMonths.Add(8); (p.Indemnified, p.Etag) = (false, "v2"); }), first);
        Assert.Equal(first, (await membership.Directory.UpdateProgrammeAsync(request, Coordinator)).Programme);
        Assert.Equal(2, (await membership.Said(programme.Name)).Count);

        var stale = request.Clone().With(r => r.RequestId = NewId());
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => membership.Directory.UpdateProgrammeAsync(stale, Coordinator));
        var missing = request.Clone().With(r => (r.RequestId, r.Programme.Etag) = (NewId(), ""));
        await Refused.With(StatusCode.InvalidArgument, "ETAG_MISSING", () => membership.Directory.UpdateProgrammeAsync(missing, Coordinator));
        var unknown = request.Clone().With(r => (r.RequestId, r.Programme.Name) = (NewId(), "programmes/NONE"));
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => membership.Directory.UpdateProgrammeAsync(unknown, Coordinator));
    }

    [Fact]
    public async Task Of_many_who_change_the_same_version_one_does()
    {
        var programme = await Create();
        var outcomes = await Task.WhenAll(Enumerable.Range(1, 8).Select(async i =>
        {
            var request = new UpdateProgrammeRequest
            {
                RequestId = NewId(), Programme = new Programme { Name = programme.Name, Etag = programme.Etag, MaximumCasesPerSession = i },
            };
            try
            {
                return (await membership.Directory.UpdateProgrammeAsync(request, Coordinator)).Programme.MaximumCasesPerSession;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Aborted)
            {
                return 0;
            }
        }));
        var winner = Assert.Single(outcomes, o => o > 0);
        var now = (await membership.Directory.GetProgrammeAsync(new GetProgrammeRequest { Name = programme.Name }, Coordinator)).Programme;
        Assert.Equal((winner, "v2"), (now.MaximumCasesPerSession, now.Etag));
    }

    [Fact]
    public async Task A_rhythm_that_a_pole_keeps_stays()
    {
        var addictions = (await membership.Directory.GetProgrammeAsync(new GetProgrammeRequest { Name = "programmes/ADDICTIONS" }, Coordinator)).Programme;
        var request = new UpdateProgrammeRequest { RequestId = NewId(), Programme = addictions.Clone().With(p => p.Rhythms.Remove(Rhythm.Monthly)) };
        var refused = await Refused.With(StatusCode.FailedPrecondition, "RHYTHM_IN_USE", () => membership.Directory.UpdateProgrammeAsync(request, Coordinator));
        Assert.Contains("poles/P01", refused.FrenchMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_are_published_by_version_and_never_change()
    {
        var programme = await Create();
        var request = new PublishProgrammeDocumentRequest { RequestId = NewId(), Name = programme.Name, Etag = programme.Etag, Document = Charter("2020") };
        var first = (await membership.Directory.PublishProgrammeDocumentAsync(request, Coordinator)).Programme;
        Assert.Equal([Charter("2020")], first.Documents);
        Assert.Equal(first, (await membership.Directory.PublishProgrammeDocumentAsync(request, Coordinator)).Programme);
        var same = new PublishProgrammeDocumentRequest { RequestId = NewId(), Name = programme.Name, Etag = first.Etag, Document = Charter("2020") };
        await Refused.With(StatusCode.AlreadyExists, "DOCUMENT_VERSION_EXISTS", () => membership.Directory.PublishProgrammeDocumentAsync(same, Coordinator));
        var newer = same.Clone().With(r =>
        {
            r.RequestId = NewId();
            (r.Document.Version, r.Document.EffectiveDate) = ("2024", Sample.Date("2024-01-01"));
        });
        var second = (await membership.Directory.PublishProgrammeDocumentAsync(newer, Coordinator)).Programme;
        Assert.Equal(["2024", "2020"], second.Documents.Select(d => d.Version));
        Assert.Equal(second, (await membership.Said(programme.Name))[^1].As<ProgrammeChanged>().Programme);
        var stale = newer.Clone().With(r => (r.RequestId, r.Document.Version) = (NewId(), "2025"));
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => membership.Directory.PublishProgrammeDocumentAsync(stale, Coordinator));
    }

    [Theory]
    [MemberData(nameof(BrokenDocuments))]
    public async Task A_document_has_its_rules(string reason, Action<ProgrammeDocument> change)
    {
        var request = new PublishProgrammeDocumentRequest
        {
            RequestId = NewId(), Name = "programmes/ADDICTIONS", Etag = "v1", Document = Charter("2020").With(change),
        };
        await Refused.With(StatusCode.InvalidArgument, reason, () => membership.Directory.PublishProgrammeDocumentAsync(request, Coordinator));
    }

    [Fact]
    public async Task The_history_says_who_changed_what_from_what_to_what()
    {
        var programme = await Create();
        var request = new UpdateProgrammeRequest
        {
            RequestId = NewId(),
            Programme = programme.Clone().With(p => (p.DisplayName, p.SessionMinutes) = ("Tabac et cannabis", 75)),
        };
        await membership.Directory.UpdateProgrammeAsync(request, Tokens.As(Tokens.Coordinator("marie@region"), MembershipFixture.Now.AddDays(1)));
        var changes = await History(programme.Name);
        Assert.Equal(["UpdateProgramme", "CreateProgramme"], changes.Select(c => c.Method));
        Assert.Equal(("marie@region", MembershipFixture.Now.AddDays(1)), (changes[0].Caller, changes[0].ChangeTime.ToDateTimeOffset()));
        Assert.Equal(
            [("display_name", "\"Tabac\"", "\"Tabac et cannabis\""), ("session_minutes", "60", "75")],
            changes[0].Fields.Select(f => (f.Field, f.FromJson, f.ToJson)));
        Assert.Contains(changes[1].Fields, f => f is { Field: "rhythms", FromJson: "", ToJson: """[ "RHYTHM_QUARTERLY" ]""" });
    }

    [Fact]
    public async Task The_history_comes_in_pages_and_only_of_what_exists()
    {
        var programme = await Create();
        for (var i = 1; i <= 4; i++)
        {
            programme = (await membership.Directory.UpdateProgrammeAsync(
                new UpdateProgrammeRequest { RequestId = NewId(), Programme = programme.Clone().With(p => p.MaximumCasesPerSession = 10 + i) }, Coordinator)).Programme;
        }

        var to = new List<string>();
        var request = new ListChangesRequest { Resource = programme.Name, PageSize = 2 };
        do
        {
            var page = await membership.Directory.ListChangesAsync(request, Coordinator);
            to.AddRange(page.Changes.Select(c => c.Fields.Single(f => f.Field == "maximum_cases_per_session").ToJson));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(["14", "13", "12", "11", "3"], to);
        await Refused.With(StatusCode.NotFound, "NOT_FOUND", () => membership.Directory.ListChangesAsync(new() { Resource = "poles/P404" }, Coordinator));
        foreach (var name in new[] { "", "nonsense", "cases/SIT-1", "poles/", "poles/a/b" })
        {
            await Refused.With(StatusCode.InvalidArgument, "NAME_INVALID", () => membership.Directory.ListChangesAsync(new() { Resource = name }, Coordinator));
        }
    }

    [Fact]
    public async Task The_history_is_append_only()
    {
        foreach (var sql in new[] { "update change set caller = 'x'", "delete from change", "delete from programme_document" })
        {
            var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => membership.Db.InTransaction(tx => tx.Execute(sql), CancellationToken.None));
            Assert.Equal("42501", refused.SqlState);
        }
    }

    private static string NewId() => Guid.CreateVersion7().ToString();

    private static Programme Tabac(string? name = null) => new()
    {
        Name = name ?? $"programmes/TABAC_{Interlocked.Increment(ref count)}",
        DisplayName = "Tabac",
        MaximumCasesPerSession = 3,
        MinutesPerCase = 20,
        SessionMinutes = 60,
        Indemnified = true,
        Rhythms = { Rhythm.Quarterly },
    };

    private static ProgrammeDocument Charter(string version) => new()
    {
        Kind = ProgrammeDocument.Types.Kind.Charter,
        Version = version,
        Title = "Charte de l'intervision",
        Sha256 = Sha256,
        Uri = "https://example.org/charte.pdf",
        EffectiveDate = Sample.Date("2020-09-01"),
    };

    private async Task<Programme> Create() =>
        (await membership.Directory.CreateProgrammeAsync(new CreateProgrammeRequest { RequestId = NewId(), Programme = Tabac() }, Coordinator)).Programme;

    private async Task<IReadOnlyList<Change>> History(string resource) =>
        (await membership.Directory.ListChangesAsync(new ListChangesRequest { Resource = resource }, Coordinator)).Changes;
}
