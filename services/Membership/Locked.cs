using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership;

/// <summary>What a verb needs of the row it has locked (<c>for update</c>) before it decides.</summary>
internal sealed class Locked
{
    public long Version { get; init; }

    public DateTimeOffset UpdateTime { get; init; }

    /// <exception cref="RuleBroken">ETAG_MISSING, ABORTED/ETAG_MISMATCH, CLOCK_BEFORE_LAST_CHANGE.</exception>
    public void MustBe(string etag, Call call, string name)
    {
        Etag.MustMatch(etag, Version, name);
        Etag.MustNotPrecede(call.Now, UpdateTime, name);
    }
}
