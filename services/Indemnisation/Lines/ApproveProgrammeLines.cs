using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Ledger;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Lines;

/// <summary>
/// Ordonnancement of all that is calculated, session by session. What concerns the caller is left to somebody else. Nothing is
/// calculated, corrected or approved meanwhile: that is what makes the lines said and the lines booked the same.
/// </summary>
public sealed class ApproveProgrammeLines(Db db)
{
    private const int SessionsAtOnce = 1_000;

    /// <summary>For one statement; a year at a thousand times the region's size takes seconds.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public Task<ApproveProgrammeLinesResponse> Handle(ApproveProgrammeLinesRequest request, Call call)
    {
        var (programme, upTo) = Read(request);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            tx.StatementTimeout = Longest;
            await References.Change(tx);
            var which = await CalculatedLines.Of(tx, programme, upTo, await DirectoryStore.NamesOf(tx, call.Caller), call.Caller.Rpps ?? "");
            var response = new ApproveProgrammeLinesResponse { LeftLines = await which.CountConcerned(tx) };
            var booked = await tx.ReadBeside(beside => Approve(tx, beside, which, response, call));
            return booked == response.ApprovedLines ? response : throw new InvalidOperationException($"{booked} lines booked, {response.ApprovedLines} approved.");
        });
    }

    /// <summary>All is booked by one statement while the sessions are read, and what is said of these follows.</summary>
    /// <returns>How many lines were booked.</returns>
    private static async Task<int> Approve(Tx tx, Tx beside, CalculatedLines which, ApproveProgrammeLinesResponse response, Call call)
    {
        var (booked, total) = (Journal.BookApproved(tx, which, call.Caller.Subject, call.Now), 0L);
        try
        {
            await foreach (var sessions in which.BySession(beside).Chunk(SessionsAtOnce).Ahead(2))
            {
                await booked;
                await OutboxBatch.Append(tx, call.Now, [.. sessions.Select(s => Decide(s, call.Now))]);
                response.ApprovedSessions += sessions.Length;
                response.ApprovedLines += sessions.Sum(s => s.Lines.Length);
                total = checked(total + sessions.Sum(s => s.Cents));
            }
        }
        finally
        {
            await booked;
        }

        response.Total = total.ToMoney();
        return await booked;
    }

    /// <exception cref="RuleBroken">CLOCK_BEFORE_LAST_CHANGE.</exception>
    internal static ToSay Decide(SessionLines session, DateTimeOffset now)
    {
        Etag.MustNotPrecede(now, session.ChangeTime, session.Session);
        var said = new SessionIndemnitiesApproved
        {
            Session = session.Session,
            Indemnities = { session.Lines.Select(l => $"indemnities/{l}") },
            TotalCents = session.Cents,
            Currency = "EUR",
        };
        return new ToSay(session.Session, said) { AggregateId = AggregateId.Of($"settlements/{session.Session}") };
    }

    private static (string Programme, DateOnly UpTo) Read(ApproveProgrammeLinesRequest request)
    {
        var violations = new Violations();
        var upTo = request.UpToDate.ToDate();
        violations.Check(ResourceNames.IsNamed(request.Programme, "programmes"), "programme", "PROGRAMME_INVALID", "Le programme doit être de la forme programmes/{code}.");
        violations.Check(upTo is not null, "up_to_date", "DATE_INVALID", "La date limite des séances n'est pas une date.");
        violations.ThrowIfAny();
        return (request.Programme, upTo!.Value);
    }
}
