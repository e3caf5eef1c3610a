using Intervision.Membership.V1;

namespace Intervision.Membership;

/// <summary>
/// RPC → verb, and who may call it; nothing else. The RPCs of each kind of resource stand in its folder
/// (<c>PoleRpcs.cs</c>, …).
/// </summary>
internal sealed partial class MembershipGrpcService(IServiceProvider verbs) : MembershipService.MembershipServiceBase
{
    private T Of<T>()
        where T : notnull => verbs.GetRequiredService<T>();
}
