using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Notices;

/// <summary>Takes a session off the public list, with the names that stood there.</summary>
internal sealed class WithdrawNotice(Db db)
{
    public Task<WithdrawNoticeResponse> Handle(WithdrawNoticeRequest request, Call call) => db.Once(call, request.RequestId, request, async tx =>
    {
        var meeting = await PublishNotice.Organised(tx, call, request.Name);
        await tx.Execute("delete from notice where session_id = @Id", new { meeting.Id });
        return new WithdrawNoticeResponse { Name = meeting.Name };
    });
}
