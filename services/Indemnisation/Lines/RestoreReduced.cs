using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Funding;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>
/// An envelope was raised: lines that were reduced for want of it are cancelled, or countered once approved, and calculated anew, in the
/// order of DESIGN §7.17, as long as anything is left. Amounts by the facts frozen in them.
/// </summary>
public sealed class RestoreReduced(RecordAttendance record)
{
    private const int LinesAtOnce = 500;

    public async Task OfEnvelope(Tx tx, string envelope, DateTimeOffset now)
    {
        foreach (var some in (await LineStore.ReducedByEnvelope(tx, envelope)).Chunk(LinesAtOnce))
        {
            if (!await EnvelopeStore.HasLeft(tx, envelope))
            {
                return;
            }

            var reduced = await LineStore.Lock(tx, some);
            await LineStore.Save(tx, [.. reduced.SelectMany(l => CorrectLines.Undo(l, l.Revision, Guid.CreateVersion7(now), l.Later(now), Reasons.EnvelopeRaised))], now);
            await LineStore.Save(tx, await record.Calculated(tx, [.. reduced.Select(l => Anew(l, now))], now), now);
        }
    }

    private static Change Anew(Line line, DateTimeOffset now)
    {
        var recorded = line with
        {
            Id = Guid.CreateVersion7(now), State = LineState.Recorded, Live = true, AmountCents = line.DueCents, Reason = "", Approver = null, Payment = null,
            Version = 1, ChangeTime = line.Later(now),
        };
        return new Change(null, recorded, [() => new IndemnityRecorded { Indemnity = recorded.Facts() }]);
    }
}
