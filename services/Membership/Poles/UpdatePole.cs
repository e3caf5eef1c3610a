using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>What a pôle says of itself; its référents and its life have verbs of their own.</summary>
internal sealed class UpdatePole(Db db)
{
    private static readonly string[] Changeable =
    [
        "display_name", "seat_commune", "area", "rhythm", "weekday", "start_time", "duration_minutes", "modality", "host", "coordinator_email",
        "active_from_date", "communes", "coordinator_kind", "carrier", "other_hosts",
    ];

    public Task<UpdatePoleResponse> Handle(UpdatePoleRequest request, Call call)
    {
        var said = request.Pole ?? new Pole();
        var code = Names.MustBe(Names.Poles, said.Name, "pole.name");
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await PoleVerb.Begin(tx, call, code, said.Etag);
            var next = UpdateMask.Apply(before, said, request.UpdateMask, Changeable);
            PoleContent.Canonicalise(next);
            if (next.Equals(Canonical(before)))
            {
                return new UpdatePoleResponse { Pole = before };
            }

            PoleVerb.MustHold(PoleContent.Wrong(next));
            var known = await PoleReferences.Load(tx, [before, next], Paris.DateOf(call.Now));
            PoleVerb.MustHold(known.Unknown(next));
            Decide(before, next, known.HostsWithConvention);
            await PoleWrites.Update(tx, next);
            return new UpdatePoleResponse { Pole = await PoleVerb.End(tx, call, code) };
        });
    }

    /// <summary>
    /// An active pôle stays one that could be activated: a change may not take away what it has, though one that lost its
    /// référent or its convention meanwhile can still be mended step by step.
    /// </summary>
    internal static void Decide(Pole before, Pole next, IReadOnlySet<string> hostsWithConvention)
    {
        PoleVerb.MustNotBeClosed(before);
        if (before.State != Pole.Types.State.Active)
        {
            return;
        }

        var lost = Activation.Missing(next, hostsWithConvention).Except(Activation.Missing(before, hostsWithConvention)).ToList();
        if (lost.Count > 0)
        {
            throw RuleBroken.NotNow(Activation.Type, before.Name, lost);
        }

        PoleVerb.MustHold(PoleContent.Unsaid(next));
    }

    private static Pole Canonical(Pole pole)
    {
        var canonical = pole.Clone();
        PoleContent.Canonicalise(canonical);
        return canonical;
    }
}
