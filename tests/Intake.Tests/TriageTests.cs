using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.Triage;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;
using Decided = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Tests;

/// <summary>What triage does with requests.</summary>
public sealed class TriageTests(IntakeFixture service) : CaseSteps(service)
{
    private static readonly CaseState[] BeforeDiscussion =
    [
        CaseState.Draft, CaseState.Submitted, CaseState.InTriage, CaseState.AwaitingConsent, CaseState.InPreparation, CaseState.Ready,
        CaseState.Scheduled, CaseState.ConsentWithdrawn,
    ];

    public static TheoryData<CaseState> States() => [.. Enum.GetValues<CaseState>()];

    [Theory]
    [MemberData(nameof(States))]
    public void Each_verb_acts_in_its_states_only(CaseState state)
    {
        Check(state, [CaseState.Submitted], CaseState.InTriage, "CASE_NOT_SUBMITTED", TakeCase.Decide);
        Check(state, [CaseState.Submitted, CaseState.InTriage], CaseState.Inadmissible, "CASE_NOT_IN_TRIAGE", c => RejectCase.Decide(c, "HORS_PERIMETRE"));
        Check(state, [CaseState.Submitted, CaseState.InTriage], CaseState.Redirected, "CASE_NOT_IN_TRIAGE", c => RedirectCase.Decide(c, "CMP"));
        Check(state, BeforeDiscussion, CaseState.Abandoned, "CASE_ALREADY_DISCUSSED", c => AbandonCase.Decide(c, "SANS_OBJET").After);
        Check(state, BeforeDiscussion, CaseState.Duplicate, "CASE_ALREADY_DISCUSSED", c => MarkDuplicate.Decide(c, Of(CaseState.Submitted), false).After);
    }

    [Theory]
    [MemberData(nameof(States))]
    public void What_was_ready_leaves_its_agenda(CaseState state)
    {
        if (!BeforeDiscussion.Contains(state))
        {
            return;
        }

        string[] expected = state is CaseState.Ready or CaseState.Scheduled ? ["ABANDONED", "DUPLICATE"] : [];
        var events = AbandonCase.Decide(Of(state), "DECES").Events.Concat(MarkDuplicate.Decide(Of(state), Of(CaseState.Ready), false).Events);
        Assert.Equal(expected, events.Cast<CaseNoLongerReady>().Select(e => e.Reason));
    }

    [Fact]
    public void Codes_are_from_closed_lists()
    {
        Refuses("REASON_INVALID", () => RejectCase.Decide(Of(CaseState.Submitted), ""));
        Refuses("REASON_INVALID", () => RejectCase.Decide(Of(CaseState.Submitted), "DECES"));
        Refuses("DESTINATION_INVALID", () => RedirectCase.Decide(Of(CaseState.Submitted), "SAMU"));
        Refuses("REASON_INVALID", () => AbandonCase.Decide(Of(CaseState.Submitted), "HORS_PERIMETRE"));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_duplicate_is_of_a_case_that_lives(CaseState other)
    {
        CaseState[] dead =
        [
            CaseState.Draft, CaseState.Closed, CaseState.Inadmissible, CaseState.Redirected, CaseState.Duplicate, CaseState.ConsentRefused, CaseState.Abandoned,
        ];
        if (dead.Contains(other))
        {
            Refuses("DUPLICATE_OF_NOT_LIVE", () => MarkDuplicate.Decide(Of(CaseState.Submitted), Of(other), false));
        }
        else
        {
            Assert.Equal(CaseState.Duplicate, MarkDuplicate.Decide(Of(CaseState.Submitted), Of(other), false).After.State);
        }
    }

    [Fact]
    public void A_duplicate_has_no_duplicates_and_is_of_the_same_programme()
    {
        var one = Of(CaseState.Submitted);
        Refuses("DUPLICATE_OF_ITSELF", () => MarkDuplicate.Decide(one, one, false));
        Refuses("HAS_DUPLICATES", () => MarkDuplicate.Decide(one, Of(CaseState.Ready), hasDuplicates: true));
        Refuses("DUPLICATE_OF_OTHER_PROGRAMME", () => MarkDuplicate.Decide(one, Of(CaseState.Ready) with { Programme = "programmes/SANTE_PRECARITE" }, false));
    }

    [Fact]
    public async Task A_rejected_request_leaves_no_text()
    {
        var submitted = await Service.Submitted(NotCollected);
        var rejected = (await Intake.RejectCaseAsync(
            new RejectCaseRequest { RequestId = IntakeFixture.NewId(), Name = submitted.Name, Etag = submitted.Etag, Reason = "HORS_PERIMETRE" },
            IntakeFixture.At(IntakeFixture.Referent, 1))).Case;
        Assert.Equal((CaseState.Inadmissible, "HORS_PERIMETRE", "Aucune : le dossier est terminé."), (rejected.State, rejected.EndCode, rejected.NextStep));
        Assert.Equal(IntakeFixture.Start.AddHours(1), rejected.StateTime.ToDateTimeOffset());
        await IsErased(submitted.Name);
    }

    [Fact]
    public async Task An_abandoned_case_leaves_its_agenda_and_no_text()
    {
        var scheduled = await Service.Scheduled(IntakeFixture.NewSession());
        await Intake.AbandonCaseAsync(Abandon(scheduled), IntakeFixture.At(IntakeFixture.Requester, 6));
        await IsErased(scheduled.Name);
        Assert.Equal("ABANDONED", (await Service.Said(scheduled.Name))[^1].As<CaseNoLongerReady>().Reason);
    }

    [Fact]
    public async Task What_a_table_decided_outlives_an_abandoned_second_intervision()
    {
        var decided = await Service.Decided(IntakeFixture.NewSession());
        // Back on the waiting list for a second intervision.
        await Service.Db.InTransaction(
            tx => tx.Execute("update cases set state = 'Ready' where 'cases/' || code = @Name", new { decided.Name }), CancellationToken.None);
        var texts = await Texts(decided.Name);
        await Intake.AbandonCaseAsync(Abandon(decided), IntakeFixture.At(IntakeFixture.Requester, 7));
        Assert.Equal(texts, await Texts(decided.Name));
        Assert.NotEqual(0, texts);
    }

    [Fact]
    public async Task Of_two_that_would_be_each_others_duplicate_one_goes_on()
    {
        var one = await Service.Submitted();
        var two = await Service.Submitted();
        var outcomes = await Task.WhenAll(Try(one, two), Try(two, one));
        Assert.Single(outcomes, o => o is null);
        Assert.Single(outcomes, o => o is "DUPLICATE_OF_NOT_LIVE" or "HAS_DUPLICATES");
        var (ended, goesOn) = (await Service.Get(one.Name)).State == CaseState.Duplicate ? (one, two) : (two, one);
        Assert.Equal(goesOn.Name, (await Service.Get(ended.Name)).DuplicateOf);
        var seen = (await Intake.GetCaseAsync(new GetCaseRequest { Name = ended.Name }, IntakeFixture.At(IntakeFixture.Requester, 2))).Case;
        Assert.Equal("", seen.DuplicateOf);
    }

    [Fact]
    public async Task The_database_itself_refuses_a_chain()
    {
        var names = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            names.Add((await Service.Submitted()).Name);
        }

        await Mark(names[0], names[1]);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => Mark(names[1], names[2]));
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => Mark(names[2], names[0]));
    }

    [Fact]
    public async Task A_case_that_does_not_exist_or_is_of_others_is_no_target()
    {
        var mine = await Service.Submitted();
        var elsewhere = await Service.Submitted(r => (r.Pole, r.Commune) = ("poles/P01", "59350"));
        foreach (var target in new[] { elsewhere.Name, "cases/SIT-0000-0000", "", "nonsense" })
        {
            await Refused.With(
                StatusCode.PermissionDenied, "PERMISSION_DENIED",
                () => Intake.MarkDuplicateAsync(Duplicate(mine, target), IntakeFixture.At(IntakeFixture.Referent, 1)));
        }

        await Intake.MarkDuplicateAsync(Duplicate(mine, elsewhere.Name), IntakeFixture.At(IntakeFixture.Coordinator, 1));
    }

    private async Task<string?> Try(Case one, Case of)
    {
        try
        {
            await Intake.MarkDuplicateAsync(Duplicate(one, of.Name), IntakeFixture.At(IntakeFixture.Host, 1));
            return null;
        }
        catch (RpcException e)
        {
            return e.Reason();
        }
    }

    private Task Mark(string one, string of) => Service.Db.InTransaction(
        tx => tx.Execute(
            """
            update cases set state = 'Duplicate', duplicate_of = (select id from cases where 'cases/' || code = @of) where 'cases/' || code = @one
            """,
            new { one, of }),
        CancellationToken.None);

    private static MarkDuplicateRequest Duplicate(Case one, string of) =>
        new() { RequestId = IntakeFixture.NewId(), Name = one.Name, Etag = one.Etag, DuplicateOf = of };

    internal static AbandonCaseRequest Abandon(Case found) =>
        new() { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Reason = "DEMANDEUR_RENONCE" };

    private static void Check(CaseState state, CaseState[] allowed, CaseState to, string reason, Func<Decided, Decided> decide)
    {
        if (allowed.Contains(state))
        {
            Assert.Equal(to, decide(Of(state)).State);
        }
        else
        {
            Refuses(reason, () => decide(Of(state)));
        }
    }

    private static void Refuses(string reason, Func<object> decide) => Assert.Equal(reason, Assert.Throws<RuleBroken>(decide).Reason);

    internal static Decided Of(CaseState state) => new()
    {
        Id = Guid.CreateVersion7(IntakeFixture.Start),
        Code = "SIT-0000-0000",
        Programme = "programmes/ADDICTIONS",
        Pole = "poles/P12",
        State = state,
    };
}
