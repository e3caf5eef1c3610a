using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Notices;

/// <summary>A professional is no longer named on the public list: the name is deleted.</summary>
internal sealed class WithdrawAnnouncement(Db db)
{
    public Task<WithdrawAnnouncementResponse> Handle(WithdrawAnnouncementRequest request, Call call) => db.Once(call, request.RequestId, request, async tx =>
    {
        var (meeting, person) = await AnnounceMyself.Enter(tx, call, request.Name);
        await tx.Execute("delete from announcement where session_id = @Id and professional = @person", new { meeting.Id, person });
        await AnnounceMyself.Touch(tx, meeting, call);
        return new WithdrawAnnouncementResponse { Name = meeting.Name };
    });
}
