using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Reports.Forecast;

/// <summary>When the envelope runs out. It learns from the programme's sessions of this fiscal year and the one before.</summary>
internal sealed class ForecastEnvelope(Db db)
{
    public async Task<ForecastEnvelopeResponse> Handle(ForecastEnvelopeRequest request, Call call)
    {
        ReportedEnvelope.MustBeSaid(request.Programme, request.FiscalYear);
        var (envelope, season) = await db.ReadTogether(
            async tx =>
            {
                tx.StatementTimeout = TimeSpan.FromMinutes(2);
                var envelope = await ReportedEnvelope.Of(tx, request.Programme, request.FiscalYear);
                return (envelope, await Read(tx, envelope, Paris.DateOf(call.Now)));
            },
            call.Cancellation);
        return Shown(envelope, season, EnvelopeForecast.Of(season));
    }

    private static async Task<SeasonSoFar> Read(Tx tx, ReportedEnvelope envelope, DateOnly today)
    {
        var committed = await tx.Single<long>(
            "select coalesce(sum(amount_cents), 0)::bigint from indemnity_line where envelope = @Name and state = 1", new { envelope.Name });
        var sessions = await tx.Stream<SessionRow>(
            """
            with cost as (
              select session, sum(amount_cents) filter (where state in (2, 3))::bigint as cents, sum(amount_cents) filter (where state = 1)::bigint as committed
              from indemnity_line where programme = @Programme and fiscal_year in (@FiscalYear, @FiscalYear - 1) group by session)
            select f.name, f.session_date, f.pole, f.state, coalesce(c.cents, 0) as cents, coalesce(c.committed, 0) as committed
            from session_fact f left join cost c on c.session = f.name
            where f.programme = @Programme and f.session_date between make_date(@FiscalYear - 1, 1, 1) and make_date(@FiscalYear, 12, 31)
            order by f.session_date, f.name
            """,
            new { envelope.Programme, envelope.FiscalYear }).ToListAsync();
        return new SeasonSoFar(
            today,
            // What is committed is freed and drawn again: the forecast knows better what a session costs.
            checked(envelope.AmountCents - envelope.EngagedCents + committed),
            [.. sessions.Where(s => s.State == 1 && s.SessionDate.Year == envelope.FiscalYear).Select(s => new SessionAhead(s.Name, s.SessionDate, s.Pole, s.Committed))],
            [.. sessions.Where(s => s.State == 3).Select(s => new SessionLearnt(s.Pole, s.Cents))],
            sessions.Count(s => s.State == 2));
    }

    private static ForecastEnvelopeResponse Shown(ReportedEnvelope envelope, SeasonSoFar season, Outlook outlook) => new()
    {
        Envelope = envelope.Name,
        Available = season.AvailableCents.ToMoney(),
        SessionsAhead = season.Ahead.Count,
        SessionsLearnt = season.Learnt.Count,
        MeanSessionCost = outlook.MeanCostCents.ToMoney(),
        CancellationRate = outlook.CancellationRate,
        ExhaustionProbability = outlook.ExhaustionProbability,
        EarlyDate = outlook.Early?.ToProto(),
        MedianDate = outlook.Median?.ToProto(),
        LateDate = outlook.Late?.ToProto(),
        ExpectedBalance = outlook.ExpectedBalanceCents.ToMoney(),
        LowBalance = outlook.LowBalanceCents.ToMoney(),
        HighBalance = outlook.HighBalanceCents.ToMoney(),
        Remarks = { outlook.Remarks },
    };

    private sealed class SessionRow
    {
        public string Name { get; init; } = "";

        public DateOnly SessionDate { get; init; }

        public string Pole { get; init; } = "";

        public int State { get; init; }

        public long Cents { get; init; }

        public long Committed { get; init; }
    }
}
