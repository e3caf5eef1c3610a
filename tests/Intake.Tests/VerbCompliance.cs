using Google.Protobuf;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

/// <summary>What every mutating verb promises, whatever it does.</summary>
public abstract class VerbCompliance<TRequest, TResponse>(IntakeFixture service)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    protected IntakeFixture Service => service;

    protected IntakeService.IntakeServiceClient Intake => service.Intake;

    /// <summary>Who does it in these tests.</summary>
    protected abstract DevelopmentClaims Who { get; }

    /// <summary>Hours after the start at which it may be done.</summary>
    protected virtual double Hours => 10;

    /// <summary>Who must be refused, by role.</summary>
    protected abstract IEnumerable<DevelopmentClaims> MayNot { get; }

    /// <summary>How many events one execution says.</summary>
    protected abstract int Events { get; }

    /// <summary>A request that is accepted, on a case of its own.</summary>
    protected abstract Task<TRequest> Prepare();

    /// <summary>Makes the payload another one.</summary>
    protected abstract void Change(TRequest request);

    protected abstract AsyncUnaryCall<TResponse> Call(TRequest request, Metadata headers);

    /// <summary>Everything the verb may leave behind for this request, counted.</summary>
    protected virtual async Task<long> Effects(TRequest request) => await Service.Db.Read(
        tx => tx.Single<long>(
            """
            select count(*) + (select count(*) from outbox where subject = @name)
            from case_history h join cases c on c.id = h.case_id where 'cases/' || c.code = @name
            """,
            new { name = Text(request, "name") }),
        CancellationToken.None);

    [Fact]
    public async Task Twice_the_same_request_is_one_effect_and_the_same_answer()
    {
        var request = await Prepare();
        var before = await Effects(request);
        var first = await Call(request, As(Who));
        var second = await Call(request, As(Who));
        Assert.Equal(first, second);
        Assert.Equal(before + 1 + Events, await Effects(request));
    }

    [Fact]
    public async Task Many_at_once_are_one_effect_and_the_same_answer()
    {
        var request = await Prepare();
        var before = await Effects(request);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await Call(request, As(Who))));
        Assert.Single(answers.Distinct());
        Assert.Equal(before + 1 + Events, await Effects(request));
    }

    [Fact]
    public async Task The_same_request_id_with_another_payload_is_refused()
    {
        var request = await Prepare();
        await Call(request, As(Who));
        var effects = await Effects(request);
        Change(request);
        await Refused.With(StatusCode.AlreadyExists, "REQUEST_ID_REUSED", () => Call(request, As(Who)));
        Assert.Equal(effects, await Effects(request));
    }

    [Fact]
    public async Task A_request_id_is_a_uuid()
    {
        var request = await Prepare();
        Set(request, "request_id", "not a uuid");
        await Refused.With(StatusCode.InvalidArgument, "REQUEST_ID_INVALID", () => Call(request, As(Who)));
    }

    [Fact]
    public async Task A_text_that_cannot_be_stored_is_refused()
    {
        var request = await Prepare();
        var field = request.Descriptor.Fields.InDeclarationOrder().FirstOrDefault(f => f.FieldType == Google.Protobuf.Reflection.FieldType.String && !f.IsRepeated && f.Name != "request_id");
        if (field is null)
        {
            return;
        }

        Set(request, field.Name, "a\0b");
        await Refused.With(StatusCode.InvalidArgument, "UNREADABLE_TEXT", () => Call(request, As(Who)));
    }

    [Fact]
    public async Task The_etag_is_mandatory_and_guards_against_another_change()
    {
        var request = await Prepare();
        if (request.Descriptor.FindFieldByName("etag") is null)
        {
            return;
        }

        var effects = await Effects(request);
        Set(request, "etag", "v999");
        await Refused.With(StatusCode.Aborted, "ETAG_MISMATCH", () => Call(request, As(Who)));
        Set(request, "etag", "");
        await Refused.With(StatusCode.InvalidArgument, "ETAG_MISSING", () => Call(request, As(Who)));
        Assert.Equal(effects, await Effects(request));
    }

    [Fact]
    public async Task A_clock_before_the_last_change_is_refused()
    {
        var request = await Prepare();
        if (request.Descriptor.FindFieldByName("etag") is null)
        {
            return;
        }

        await Refused.With(
            StatusCode.FailedPrecondition, "CLOCK_BEFORE_LAST_CHANGE", () => Call(request, Tokens.As(Who, IntakeFixture.Start.AddHours(-1))));
    }

    [Fact]
    public async Task Whoever_may_not_is_refused_whether_or_not_the_case_exists()
    {
        var request = await Prepare();
        var effects = await Effects(request);
        var absent = request.Clone();
        if (request.Descriptor.FindFieldByName("name") is not null)
        {
            Set(absent, "name", "cases/SIT-0000-0000");
        }

        foreach (var who in MayNot)
        {
            var refused = await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Call(request, As(who)));
            var likewise = await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Call(absent, As(who)));
            Assert.Equal(refused.Status, likewise.Status);
        }

        if (request.Descriptor.FindFieldByName("name") is not null)
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => Call(absent, As(Who)));
        }

        await Assert.ThrowsAsync<RpcException>(async () => await Call(request, []));
        Assert.Equal(effects, await Effects(request));
    }

    protected Metadata As(DevelopmentClaims who) => Tokens.As(who, IntakeFixture.Start.AddHours(Hours));

    protected static string Text(TRequest request, string field) =>
        (string)request.Descriptor.FindFieldByName(field).Accessor.GetValue(request);

    protected static void Set(TRequest request, string field, string value) =>
        request.Descriptor.FindFieldByName(field).Accessor.SetValue(request, value);
}

/// <summary>Callers who have nothing to do with a case of P12 requested by PER-1.</summary>
internal static class Strangers
{
    public static IEnumerable<DevelopmentClaims> All =>
    [
        IntakeFixture.OtherReferent,
        Tokens.HostCoordinator("host@p01", "poles/P01"),
        Tokens.Professional("professionals/PER-8", "99700000088"),
        Tokens.Professional(IntakeFixture.Pharmacist, "99700000047"),
        Tokens.Cpts(IntakeFixture.OtherCptsName),
        Tokens.Of(Roles.FinanceOfficer, "finance"),
        Tokens.Of(Roles.FinanceApprover, "finance"),
        Tokens.Of(Roles.FinanceReleaser, "finance"),
        Tokens.Of(Roles.Auditor, "ars"),
        // A role without the claim it acts by.
        Tokens.Of(Roles.Referent, "nobody"),
        Tokens.Of(Roles.Cpts, "nobody"),
        new DevelopmentClaims(IntakeFixture.Doctor, []),
    ];
}
