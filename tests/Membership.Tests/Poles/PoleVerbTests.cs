using Google.Protobuf;
using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>What holds for every verb on a pôle: once, under its etag, told in full, kept in the history.</summary>
public sealed class PoleVerbTests(PoleScene scene) : IClassFixture<PoleScene>
{
    private static readonly Dictionary<string, Verb> Verbs = new(StringComparer.Ordinal)
    {
        ["UpdatePole"] = new(s => s.Active(), async (s, pole, id, now) => (await s.Directory.UpdatePoleAsync(
            new UpdatePoleRequest { RequestId = id, Pole = new Pole { Name = pole.Name, Etag = pole.Etag, Area = "LITTORAL" } }, PoleScene.As(now))).Pole),
        ["AppointReferent"] = new(s => s.Draft(), async (s, pole, id, now) => (await s.Directory.AppointReferentAsync(
            s.Appointing(pole, "2026-09-01").With(r => r.RequestId = id), PoleScene.As(now))).Pole),
        ["EndReferent"] = new(s => s.Staffed(), async (s, pole, id, now) => (await s.Directory.EndReferentAsync(
            new EndReferentRequest { RequestId = id, Name = TermOf(pole), Etag = pole.Etag, UntilDate = Sample.Date("2026-12-31") }, PoleScene.As(now))).Pole),
        ["ActivatePole"] = new(s => s.Staffed(), async (s, pole, id, now) => (await s.Directory.ActivatePoleAsync(
            new ActivatePoleRequest { RequestId = id, Name = pole.Name, Etag = pole.Etag }, PoleScene.As(now))).Pole),
        ["SuspendPole"] = new(s => s.Active(), async (s, pole, id, now) => (await s.Directory.SuspendPoleAsync(
            new SuspendPoleRequest { RequestId = id, Name = pole.Name, Etag = pole.Etag, Explanation = " Congé. " }, PoleScene.As(now))).Pole),
        ["ClosePole"] = new(s => s.Active(), async (s, pole, id, now) => (await s.Directory.ClosePoleAsync(
            new ClosePoleRequest { RequestId = id, Name = pole.Name, Etag = pole.Etag }, PoleScene.As(now))).Pole),
    };

    public static TheoryData<string> Names => [.. Verbs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Twice_with_the_same_id_it_is_done_told_and_kept_once(string name)
    {
        var (verb, pole, id) = (Verbs[name], await Verbs[name].Prepare(scene), PoleScene.NewRequest());
        var (events, rows) = ((await scene.Events(pole.Name)).Count, await scene.HistoryRows(pole.Name));
        var first = await verb.Call(scene, pole, id, null);
        Assert.Equal(first, await verb.Call(scene, pole, id, null));
        Assert.NotEqual(pole.Etag, first.Etag);
        Assert.Equal(first, await scene.Read(pole.Name));
        Assert.Equal(first, (await scene.Events(pole.Name)).Skip(events).Single());
        Assert.Equal(rows + 1, await scene.HistoryRows(pole.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_id_of_another_request_is_refused(string name)
    {
        var (verb, pole, id) = (Verbs[name], await Verbs[name].Prepare(scene), PoleScene.NewRequest());
        await verb.Call(scene, pole, id, null);
        await Refuses(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => verb.Call(scene, pole.Clone().With(p => p.Etag = "v99"), id, null));
        await Refuses(StatusCode.InvalidArgument, "REQUEST_ID_INVALID", () => verb.Call(scene, pole, "once", null));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Of_two_who_edit_the_same_pole_the_second_is_stopped_and_nothing_overwritten(string name)
    {
        var (verb, pole) = (Verbs[name], await Verbs[name].Prepare(scene));
        var other = (await scene.Directory.UpdatePoleAsync(
            new UpdatePoleRequest { RequestId = PoleScene.NewRequest(), Pole = new Pole { Name = pole.Name, Etag = pole.Etag, DisplayName = "Autre" } }, PoleScene.As())).Pole;
        await Refuses(StatusCode.Aborted, "ETAG_MISMATCH", () => verb.Call(scene, pole, PoleScene.NewRequest(), null));
        await Refuses(StatusCode.InvalidArgument, "ETAG_MISSING", () => verb.Call(scene, pole.Clone().With(p => p.Etag = ""), PoleScene.NewRequest(), null));
        Assert.Equal(other, await scene.Read(pole.Name));
        Assert.Equal(other, (await scene.Events(pole.Name))[^1]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Of_eight_at_once_one_wins(string name)
    {
        var (verb, pole) = (Verbs[name], await Verbs[name].Prepare(scene));
        var (events, rows) = ((await scene.Events(pole.Name)).Count, await scene.HistoryRows(pole.Name));
        var reasons = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await verb.Call(scene, pole, PoleScene.NewRequest(), null);
                return "done";
            }
            catch (RpcException refused)
            {
                return refused.Reason();
            }
        }));
        Assert.Equal(["done", .. Enumerable.Repeat("ETAG_MISMATCH", 7)], reasons.OrderBy(r => r != "done"));
        Assert.Equal((events + 1, rows + 1), ((await scene.Events(pole.Name)).Count, await scene.HistoryRows(pole.Name)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Time_does_not_run_backwards_and_what_is_not_there_is_not_found(string name)
    {
        var (verb, pole) = (Verbs[name], await Verbs[name].Prepare(scene));
        await Refuses(
            StatusCode.FailedPrecondition, "CLOCK_BEFORE_LAST_CHANGE", () => verb.Call(scene, pole, PoleScene.NewRequest(), MembershipFixture.Now.AddSeconds(-1)));
        var nowhere = pole.Clone().With(p => p.Name = "poles/NOWHERE");
        await Refuses(StatusCode.NotFound, "NOT_FOUND", () => verb.Call(scene, nowhere, PoleScene.NewRequest(), null));
        Assert.Equal(pole, await scene.Read(pole.Name));
    }

    [Fact]
    public async Task The_history_keeps_who_did_what_and_why()
    {
        var pole = await Verbs["SuspendPole"].Call(scene, await scene.Active(), PoleScene.NewRequest(), null);
        var kept = await scene.Db.Read(
            tx => tx.Query<(string Caller, string Method, string Explanation, string State)>(
                "select caller, method, explanation, state::text from change where resource = @Name order by change_id", new { pole.Name }),
            CancellationToken.None);
        Assert.Equal(["CreatePole", "AppointReferent", "ActivatePole", "SuspendPole"], kept.Select(c => c.Method));
        Assert.Equal(("coordinator@region", "Congé."), (kept[3].Caller, kept[3].Explanation));
        Assert.Equal(pole, JsonParser.Default.Parse<Pole>(kept[3].State));
    }

    [Fact]
    public async Task An_explanation_has_500_characters_at_most()
    {
        var pole = await scene.Active();
        await Refused.With(StatusCode.InvalidArgument, "EXPLANATION_TOO_LONG", () => scene.Directory.SuspendPoleAsync(
            new SuspendPoleRequest { RequestId = PoleScene.NewRequest(), Name = pole.Name, Etag = pole.Etag, Explanation = new string('é', 501) }, PoleScene.As()));
        await Refused.With(StatusCode.InvalidArgument, "EXPLANATION_TOO_LONG", () => scene.Directory.ClosePoleAsync(
            new ClosePoleRequest { RequestId = PoleScene.NewRequest(), Name = pole.Name, Etag = pole.Etag, Explanation = new string('é', 501) }, PoleScene.As()));
    }

    private static string TermOf(Pole pole) => pole.Name + (pole.Referents.Count == 0 ? "" : pole.Referents[0].Name[pole.Referents[0].Name.IndexOf("/referents", StringComparison.Ordinal)..]);

    private static async Task Refuses(StatusCode code, string reason, Func<Task<Pole>> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal((code, reason), (refused.StatusCode, refused.Reason()));
        Assert.False(string.IsNullOrWhiteSpace(refused.FrenchMessage()));
    }

    private sealed record Verb(Func<PoleScene, Task<Pole>> Prepare, Func<PoleScene, Pole, string, DateTimeOffset?, Task<Pole>> Call);
}
