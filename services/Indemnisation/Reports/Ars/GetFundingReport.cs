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
                var costs = new Costs();
                await foreach (var session in FundingQueries.CostOfSessions(tx, envelope))
                {
                    costs.Add(session);
                }

                var response = new GetFundingReportResponse
                {
                    Envelope = envelope.Name,
                    Amount = envelope.AmountCents.ToMoney(),
                    Remaining = (envelope.AmountCents - envelope.EngagedCents).ToMoney(),
                    Costs = costs.ToProto(),
                };
                await AddMonths(tx, envelope, response);
                await AddRuns(tx, envelope, response);
                return response;
            },
            call.Cancellation);
    }

    private static async Task AddMonths(Tx tx, ReportedEnvelope envelope, GetFundingReportResponse response)
    {
        var remaining = envelope.AmountCents;
        await foreach (var month in FundingQueries.All(tx, envelope, Cut.Whole with { ByMonth = true }))
        {
            remaining = checked(remaining - month.EngagedCents);
            response.Months.Add(new GetFundingReportResponse.Types.Month { Row = month.ToProto(), Remaining = remaining.ToMoney() });
        }
    }

    private static async Task AddRuns(Tx tx, ReportedEnvelope envelope, GetFundingReportResponse response)
    {
        var total = new Figures();
        await foreach (var whole in FundingQueries.All(tx, envelope, Cut.Whole))
        {
            total = whole;
        }

        var bank = new BankReconciliation(envelope);
        await foreach (var run in RunShares.Of(tx, envelope))
        {
            bank.Add(run);
            if (response.Runs.Count < MostRuns)
            {
                response.Runs.Add(run.ToProto());
            }
        }

        response.Total = total.ToProto();
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

    public void Add(SessionCost session)
    {
        (cents, sessions, participations) = checked((cents + session.Cents, sessions + (session.IsOfYear ? 1 : 0), participations + session.Participations));
        if (session.DiscussedCases is { } discussed)
        {
            (centsWithCases, cases) = checked((centsWithCases + session.Cents, cases + discussed));
        }
    }

    public UnitCosts ToProto() => new()
    {
        PerSession = Of(cents, sessions)?.ToMoney(),
        PerCase = Of(centsWithCases, cases)?.ToMoney(),
        PerParticipation = Of(cents, participations)?.ToMoney(),
    };

    /// <returns>Null when there is none.</returns>
    public static long? Of(long cents, long count) =>
        count == 0 ? null : (long)Math.Round(cents / (decimal)count, MidpointRounding.AwayFromZero);
}
