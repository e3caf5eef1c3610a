using Google.Protobuf;
using Grpc.Core;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

/// <summary>What holds for each mutating verb: once per request id, guarded by its etag, closed to who may not.</summary>
public sealed class EveryVerbTests(SchedulingFixture fixture) : IClassFixture<SchedulingFixture>
{
    public static TheoryData<string> All => [.. Verbs.All];

    public static TheoryData<string> OnSessions => [.. Verbs.OnSessions];

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_same_request_twice_has_one_effect_and_one_answer(string verb)
    {
        var prepared = await Verbs.Prepare(verb, fixture);
        var id = Stage.NewRequest();
        var before = await Events(prepared);
        var first = await prepared.Go(id);
        var after = await Events(prepared);
        Assert.Equal(prepared.EventsAdded, after - before);
        Assert.Equal(first, await prepared.Go(id));
        Assert.Equal(after, await Events(prepared));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_same_request_id_for_another_payload_is_refused(string verb)
    {
        var prepared = await Verbs.Prepare(verb, fixture);
        var id = Stage.NewRequest();
        await prepared.Go(id);
        await RefusedWith(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", prepared.Go(id, etag: prepared.Etag + "0"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_same_request_eight_times_at_once_is_one(string verb)
    {
        var prepared = await Verbs.Prepare(verb, fixture);
        var (id, before) = (Stage.NewRequest(), await Events(prepared));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => prepared.Go(id)));
        Assert.Single(answers.Distinct());
        Assert.Equal(prepared.EventsAdded, await Events(prepared) - before);
    }

    [Theory]
    [MemberData(nameof(OnSessions))]
    public async Task Of_eight_requests_on_the_same_etag_one_wins(string verb)
    {
        var prepared = await Verbs.Prepare(verb, fixture);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Outcome(prepared.Go(Stage.NewRequest()))));
        Assert.Single(outcomes, o => o == "OK");
        Assert.All(outcomes.Where(o => o != "OK"), o => Assert.Equal("Aborted/ETAG_MISMATCH", o));
    }

    [Theory]
    [MemberData(nameof(OnSessions))]
    public async Task The_etag_is_mandatory_and_must_be_current(string verb)
    {
        var prepared = await Verbs.Prepare(verb, fixture);
        await RefusedWith(StatusCode.Aborted, "ETAG_MISMATCH", prepared.Go(Stage.NewRequest(), etag: "v0"));
        await RefusedWith(StatusCode.InvalidArgument, "ETAG_MISSING", prepared.Go(Stage.NewRequest(), etag: ""));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Who_may_not_is_refused_whether_or_not_the_thing_exists(string verb)
    {
        var prepared = await Verbs.Prepare(verb, fixture);
        var absent = prepared.HasEtag ? $"sessions/{Guid.CreateVersion7()}" : "poles/NOWHERE";
        foreach (var who in Strangers(verb, prepared.Stage))
        {
            await RefusedWith(StatusCode.PermissionDenied, "PERMISSION_DENIED", prepared.Go(Stage.NewRequest(), who: who));
            await RefusedWith(StatusCode.PermissionDenied, "PERMISSION_DENIED", prepared.Go(Stage.NewRequest(), name: absent, who: who));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_request_id_is_a_uuid(string verb)
    {
        var prepared = await Verbs.Prepare(verb, fixture);
        await RefusedWith(StatusCode.InvalidArgument, "REQUEST_ID_INVALID", prepared.Go("once"));
        await RefusedWith(StatusCode.InvalidArgument, "REQUEST_ID_INVALID", prepared.Go(""));
    }

    [Theory]
    [MemberData(nameof(OnSessions))]
    public async Task The_coordinator_is_told_that_a_session_does_not_exist(string verb)
    {
        var prepared = await Verbs.Prepare(verb, fixture);
        await RefusedWith(StatusCode.NotFound, "NOT_FOUND", prepared.Go(Stage.NewRequest(), name: $"sessions/{Guid.CreateVersion7()}"));
        await RefusedWith(StatusCode.NotFound, "NOT_FOUND", prepared.Go(Stage.NewRequest(), name: "sessions/none"));
    }

    [Theory]
    [InlineData("PlaceCase", "host_coordinator", "referent")]
    [InlineData("TakeCaseOff", "host_coordinator", "referent")]
    [InlineData("MoveCase", "host_coordinator", "referent")]
    [InlineData("ReorderAgenda", "host_coordinator", "referent")]
    [InlineData("RecordAbsentPhysician", "host_coordinator", "referent")]
    [InlineData("ReviewItem", "host_coordinator", "referent")]
    [InlineData("StartItem", "referent", "professional")]
    [InlineData("RecordPatientPresence", "referent", "professional")]
    [InlineData("CorrectAttendance", "host_coordinator", "referent", "professional")]
    [InlineData("CountersignCorrection", "host_coordinator", "referent", "professional")]
    [InlineData("FreezeAgenda", "host_coordinator", "referent")]
    [InlineData("HoldPreparatoryMeeting", "host_coordinator", "referent")]
    [InlineData("ConveneSession", "host_coordinator", "referent")]
    [InlineData("OpenSession", "referent", "professional")]
    [InlineData("CloseItem", "referent", "professional")]
    [InlineData("RecordAttendance", "host_coordinator", "referent", "professional")]
    [InlineData("RecordPresentations", "host_coordinator", "referent", "professional")]
    [InlineData("CloseSession", "referent", "professional")]
    [InlineData("CertifyAttendance", "host_coordinator", "referent", "professional")]
    [InlineData("MoveSession", "host_coordinator", "referent")]
    [InlineData("CancelSession", "host_coordinator", "referent")]
    [InlineData("AssignRoom", "host_coordinator", "referent")]
    [InlineData("RenewVideoLink", "host_coordinator", "referent")]
    [InlineData("SetFacilitator", "host_coordinator", "referent")]
    [InlineData("SetExpert", "host_coordinator", "referent")]
    [InlineData("PutSeasonRules", "host_coordinator", "referent")]
    [InlineData("ReplanSeason", "host_coordinator", "referent")]
    public async Task Those_the_contract_names_may(string verb, params string[] roles)
    {
        foreach (var role in roles)
        {
            var prepared = await Verbs.Prepare(verb, fixture);
            var who = role switch
            {
                Roles.HostCoordinator => Tokens.HostCoordinator("host@pole", prepared.Stage.Pole),
                Roles.Referent => Tokens.Referent("professionals/Somebody", prepared.Stage.Pole),
                // The facilitator named at convening, whatever else the token says.
                _ => Tokens.Professional(prepared.Stage.Referent),
            };
            Assert.NotNull(await prepared.Go(Stage.NewRequest(), who: who));
        }
    }

    private static IEnumerable<DevelopmentClaims> Strangers(string verb, Stage stage)
    {
        yield return Tokens.Professional("professionals/Stranger");
        yield return Tokens.Professional(stage.Requester);
        yield return Tokens.Referent("professionals/Elsewhere", "poles/ELSEWHERE");
        yield return Tokens.HostCoordinator("host@elsewhere", "poles/ELSEWHERE");
        yield return Tokens.Cpts("organisations/C1");
        yield return Tokens.Service("indemnisation");
        yield return Tokens.Of(Roles.Auditor, "auditor@ars");
        yield return Tokens.Of(Roles.FinanceOfficer, "finance@region");
        yield return new DevelopmentClaims("pole-without-role", [Roles.Professional]) { Poles = [stage.Pole] };
        if (verb is "OpenSession" or "CloseItem" or "CloseSession" or "StartItem" or "RecordPatientPresence")
        {
            yield return Tokens.HostCoordinator("host@pole", stage.Pole);
        }

        if (verb is "PutCalendar")
        {
            yield return Tokens.Referent(stage.Referent, stage.Pole);
        }
    }

    private async Task<int> Events(Prepared prepared) => prepared.Session.Length == 0 ? 0 : (await fixture.Said(prepared.Session)).Count;

    private static async Task<string> Outcome(Task<IMessage> call)
    {
        try
        {
            await call;
            return "OK";
        }
        catch (RpcException refused)
        {
            return $"{refused.StatusCode}/{refused.Reason()}";
        }
    }

    private static async Task RefusedWith(StatusCode code, string reason, Task<IMessage> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal((code, reason), (refused.StatusCode, refused.Reason()));
        Assert.False(string.IsNullOrWhiteSpace(refused.FrenchMessage()));
    }
}
