using Grpc.Core;
using Intervision.Scheduling.Registrations;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling.Notices;

/// <summary>RPC → slice; nothing else.</summary>
internal sealed class NoticeGrpcService(IServiceProvider slices) : NoticeService.NoticeServiceBase
{
    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<PublishNoticeResponse> PublishNotice(PublishNoticeRequest request, ServerCallContext context) =>
        Of<PublishNotice>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<WithdrawNoticeResponse> WithdrawNotice(WithdrawNoticeRequest request, ServerCallContext context) =>
        Of<WithdrawNotice>().Handle(request, context.Call());

    [CalledBy(Roles.Professional, Roles.Referent)]
    public override Task<AnnounceMyselfResponse> AnnounceMyself(AnnounceMyselfRequest request, ServerCallContext context) =>
        Of<AnnounceMyself>().Handle(request, context.Call());

    [CalledBy(Roles.Professional, Roles.Referent)]
    public override Task<WithdrawAnnouncementResponse> WithdrawAnnouncement(WithdrawAnnouncementRequest request, ServerCallContext context) =>
        Of<WithdrawAnnouncement>().Handle(request, context.Call());

    [CalledBy(Roles.Professional, Roles.Referent)]
    public override Task<RegisterResponse> Register(RegisterRequest request, ServerCallContext context) =>
        Of<Register>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<CancelRegistrationResponse> CancelRegistration(CancelRegistrationRequest request, ServerCallContext context) =>
        Of<CancelRegistration>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    public override Task<ListRegistrationsResponse> ListRegistrations(ListRegistrationsRequest request, ServerCallContext context) =>
        Of<ListRegistrations>().Handle(request, context.Call());

    private T Of<T>()
        where T : notnull => slices.GetRequiredService<T>();
}

internal static class NoticeSlices
{
    public static IServiceCollection AddNotices(this IServiceCollection services) => services
        .AddSingleton<PublishNotice>().AddSingleton<WithdrawNotice>().AddSingleton<AnnounceMyself>().AddSingleton<WithdrawAnnouncement>()
        .AddSingleton<Register>().AddSingleton<CancelRegistration>().AddSingleton<ListRegistrations>();
}
