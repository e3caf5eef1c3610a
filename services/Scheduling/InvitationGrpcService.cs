using Grpc.Core;
using Intervision.Scheduling.Feeds;
using Intervision.Scheduling.Letters;
using Intervision.Scheduling.Replies;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Scheduling;

/// <summary>RPC → slice; nothing else.</summary>
internal sealed class InvitationGrpcService(IServiceProvider slices) : InvitationService.InvitationServiceBase
{
    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<RespondResponse> Respond(RespondRequest request, ServerCallContext context) =>
        Of<Respond>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator, Roles.Service)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<RespondByCalendarResponse> RespondByCalendar(RespondByCalendarRequest request, ServerCallContext context) =>
        Of<RespondByCalendar>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.OwnSessions)]
    public override Task<ListRepliesResponse> ListReplies(ListRepliesRequest request, ServerCallContext context) =>
        Of<ListReplies>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator, Roles.Service)]
    public override Task<SendRemindersResponse> SendReminders(SendRemindersRequest request, ServerCallContext context) =>
        Of<SendReminders>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<CreateCalendarFeedResponse> CreateCalendarFeed(CreateCalendarFeedRequest request, ServerCallContext context) =>
        Of<CreateCalendarFeed>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<RevokeCalendarFeedResponse> RevokeCalendarFeed(RevokeCalendarFeedRequest request, ServerCallContext context) =>
        Of<RevokeCalendarFeed>().Handle(request, context.Call());

    [CalledBy(Roles.Coordinator)]
    [CalledBy(Roles.Referent, Roles.HostCoordinator, Within = Within.OwnPoles)]
    [CalledBy(Roles.Professional, Within = Within.Oneself)]
    public override Task<ListCalendarFeedsResponse> ListCalendarFeeds(ListCalendarFeedsRequest request, ServerCallContext context) =>
        Of<ListCalendarFeeds>().Handle(request, context.Call());

    private T Of<T>()
        where T : notnull => slices.GetRequiredService<T>();
}

/// <summary>What the host needs of them.</summary>
internal static class InvitationVerbs
{
    public static void AddInvitationVerbs(this WebApplicationBuilder builder)
    {
        builder.Logging.KeepAddressesOutOfLogs();
        builder.Services.AddSingleton<Respond>().AddSingleton<RespondByCalendar>().AddSingleton<ListReplies>().AddSingleton<SendReminders>();
        builder.Services.AddSingleton<CreateCalendarFeed>().AddSingleton<RevokeCalendarFeed>().AddSingleton<ListCalendarFeeds>();
        // In Development the clock is played: reminders go when SendReminders is called (DESIGN §7.20).
        if (!builder.Environment.IsDevelopment())
        {
            builder.Services.AddHostedService<ReminderJob>();
        }
    }

    public static void MapInvitations(this WebApplication app)
    {
        app.MapGrpcService<InvitationGrpcService>().RequireAuthorization();
        app.MapCalendarFeeds();
    }
}
