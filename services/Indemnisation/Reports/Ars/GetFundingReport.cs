using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Reports.Ars;

/// <summary>The envelope's year on one page, from one snapshot, to the cent of the bank's files.</summary>
internal sealed class GetFundingReport(Db db)
{
    private const int MostRuns = 1_000;

    /// <summary>For one statement; a year at a thousand times the region's size takes seconds.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public Task<GetFundingReportResponse> Handle(GetFundingReportRequest request, Call call)
    {
        ReportedEnvelope.MustBeSaid(request.Programme, request.FiscalYear);
        return db.ReadTogether(
            async tx =>
            {
                tx.StatementTimeout = Longest;
                var envelope = await ReportedEnvelope.Of(tx, request.Programme, request.FiscalYear);
                var total = await FundingQueries.Year(tx, envelope);
                var response = new GetFundingReportResponse
                {
                    Envelope = envelope.Name,
                    Amount = envelope.AmountCents.ToMoney(),
                    Remaining = envelope.RemainingCents.ToMoney(),
                    Total = total.ToProto(),
                    Costs = (await Costs.Read(tx, envelope)).ToProto(),
                };
                await foreach (var (month, remaining) in FundingQueries.Months(tx, envelope))
                {
                    response.Months.Add(new GetFundingReportResponse.Types.Month { Row = month.ToProto(), Remaining = remaining.ToMoney() });
                }

                await AddRuns(tx, envelope, total, response);
                return response;
            },
            call.Cancellation);
    }

    private static async Task AddRuns(Tx tx, ReportedEnvelope envelope, Figures total, GetFundingReportResponse response)
    {
        var bank = new BankReconciliation(envelope);
        await foreach (var run in RunShares.Of(tx, envelope))
        {
            bank.Add(run);
            if (response.Runs.Count < MostRuns)
            {
                response.Runs.Add(run.ToProto());
            }
        }

        response.Differences.AddRange(bank.Close(total));
        response.Reconciled = response.Differences.Count == 0;
    }
}

/// <summary>What one unit cost: amounts over counts, rounded half up.</summary>
internal sealed class Costs
{
    private long cents;
    private long centsWithCases;
    private long sessions;
    private long cases;
    private long participations;

    public long? PerSession => Of(cents, sessions);

    /// <summary>Of sessions whose sheet says how many.</summary>
    public long? PerCase => Of(centsWithCases, cases);

    public long? PerParticipation => Of(cents, participations);

    public static async Task<Costs> Read(Tx tx, ReportedEnvelope envelope)
    {
        var costs = new Costs();
        await foreach (var session in FundingQueries.CostOfSessions(tx, envelope))
        {
            costs.Add(session);
        }

        return costs;
    }

    public UnitCosts ToProto() => new()
    {
        PerSession = PerSession?.ToMoney(),
        PerCase = PerCase?.ToMoney(),
        PerParticipation = PerParticipation?.ToMoney(),
    };

    /// <returns>Null when there is none.</returns>
    public static long? Of(long cents, long count) =>
        count == 0 ? null : (long)Math.Round(cents / (decimal)count, MidpointRounding.AwayFromZero);

    private void Add(SessionCost session)
    {
        (cents, sessions, participations) = checked((cents + session.Cents, sessions + (session.IsOfYear ? 1 : 0), participations + session.Participations));
        if (session.DiscussedCases is { } discussed)
        {
            (centsWithCases, cases) = checked((centsWithCases + session.Cents, cases + discussed));
        }
    }
}
