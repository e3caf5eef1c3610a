using Google.Protobuf;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Intake.Tests;

/// <summary>What every verb of alerts promises; each on a pôle of its own.</summary>
public abstract class AlertVerb<TRequest, TResponse>(IntakeFixture service) : VerbCompliance<TRequest, TResponse>(service)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    protected override DevelopmentClaims Who => IntakeFixture.Coordinator;

    protected override double Hours => AlertSteps.January + 100;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot =>
        [.. Strangers.All, IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Requester, IntakeFixture.Cpts, IntakeFixture.Scheduling];

    protected override Task<long> Effects(TRequest request) => Service.Db.Read(
        tx => tx.Single<long>(
            """
            select count(*) + (select count(*) from outbox where subject = @name)
            from alert_history h join alert a on a.id = h.alert_id where 'alerts/' || a.id = @name or a.territory = @territory
            """,
            new
            {
                name = request.Descriptor.FindFieldByName("name")?.Accessor.GetValue(request) as string ?? "",
                territory = (request as DraftAlertRequest)?.Criteria.Territory ?? "",
            }),
        CancellationToken.None);

    protected async Task<Alert> Drafted() => await Service.Drafted(await Service.PoleWith(bearing: 1));
}

public sealed class DraftAlertVerb(IntakeFixture service) : AlertVerb<DraftAlertRequest, DraftAlertResponse>(service)
{
    protected override async Task<DraftAlertRequest> Prepare() => AlertSteps.Draft(await Service.PoleWith(bearing: 0));

    protected override void Change(DraftAlertRequest request) => request.Texts.Facts += " Et plus.";

    protected override AsyncUnaryCall<DraftAlertResponse> Call(DraftAlertRequest request, Metadata headers) => Intake.DraftAlertAsync(request, headers);
}

public sealed class UpdateAlertVerb(IntakeFixture service) : AlertVerb<UpdateAlertRequest, UpdateAlertResponse>(service)
{
    protected override async Task<UpdateAlertRequest> Prepare()
    {
        var drafted = await Drafted();
        return new UpdateAlertRequest { RequestId = IntakeFixture.NewId(), Name = drafted.Name, Etag = drafted.Etag, Texts = AlertSteps.Draft("").Texts };
    }

    protected override void Change(UpdateAlertRequest request) => request.Texts.Facts += " Et plus.";

    protected override AsyncUnaryCall<UpdateAlertResponse> Call(UpdateAlertRequest request, Metadata headers) => Intake.UpdateAlertAsync(request, headers);
}

public sealed class ValidateAlertVerb(IntakeFixture service) : AlertVerb<ValidateAlertRequest, ValidateAlertResponse>(service)
{
    protected override async Task<ValidateAlertRequest> Prepare() =>
        AlertSteps.Validate(await Service.HalfValidated(await Drafted()), AlertCapacity.Association);

    protected override void Change(ValidateAlertRequest request) => request.Capacity = AlertCapacity.Unspecified;

    protected override AsyncUnaryCall<ValidateAlertResponse> Call(ValidateAlertRequest request, Metadata headers) => Intake.ValidateAlertAsync(request, headers);
}

public sealed class TransmitAlertVerb(IntakeFixture service) : AlertVerb<TransmitAlertRequest, TransmitAlertResponse>(service)
{
    protected override int Events => 1;

    protected override async Task<TransmitAlertRequest> Prepare() => AlertSteps.Transmit(await Service.Validated(await Drafted()));

    protected override void Change(TransmitAlertRequest request) => request.Recipient = "DDETS_02";

    protected override AsyncUnaryCall<TransmitAlertResponse> Call(TransmitAlertRequest request, Metadata headers) => Intake.TransmitAlertAsync(request, headers);
}

public sealed class RecordAlertAnswerVerb(IntakeFixture service) : AlertVerb<RecordAlertAnswerRequest, RecordAlertAnswerResponse>(service)
{
    protected override async Task<RecordAlertAnswerRequest> Prepare() =>
        AlertSteps.Answer(await Service.Transmitted(await Service.Validated(await Drafted())));

    protected override void Change(RecordAlertAnswerRequest request) => request.Answer = "";

    protected override AsyncUnaryCall<RecordAlertAnswerResponse> Call(RecordAlertAnswerRequest request, Metadata headers) => Intake.RecordAlertAnswerAsync(request, headers);
}

public sealed class CloseAlertVerb(IntakeFixture service) : AlertVerb<CloseAlertRequest, CloseAlertResponse>(service)
{
    protected override async Task<CloseAlertRequest> Prepare()
    {
        var transmitted = await Service.Transmitted(await Service.Validated(await Drafted()));
        return new CloseAlertRequest { RequestId = IntakeFixture.NewId(), Name = transmitted.Name, Etag = transmitted.Etag, CloseCode = "SANS_REPONSE" };
    }

    protected override void Change(CloseAlertRequest request) => request.CloseCode = "REFUSEE";

    protected override AsyncUnaryCall<CloseAlertResponse> Call(CloseAlertRequest request, Metadata headers) => Intake.CloseAlertAsync(request, headers);
}

public sealed class AbandonAlertVerb(IntakeFixture service) : AlertVerb<AbandonAlertRequest, AbandonAlertResponse>(service)
{
    protected override async Task<AbandonAlertRequest> Prepare()
    {
        var drafted = await Drafted();
        return new AbandonAlertRequest { RequestId = IntakeFixture.NewId(), Name = drafted.Name, Etag = drafted.Etag };
    }

    protected override void Change(AbandonAlertRequest request) => request.Etag = "v9";

    protected override AsyncUnaryCall<AbandonAlertResponse> Call(AbandonAlertRequest request, Metadata headers) => Intake.AbandonAlertAsync(request, headers);
}
