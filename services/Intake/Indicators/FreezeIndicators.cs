using Google.Protobuf;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Indicators;

/// <summary>
/// Keeps the figures of a report as they were at its date (DOMAIN §8): as shown, so that nothing is stored that its reader
/// was not to know.
/// </summary>
internal sealed class FreezeIndicators(Db db)
{
    private const int FirstYear = 2000;

    public Task<FreezeIndicatorsResponse> Handle(FreezeIndicatorsRequest request, Call call)
    {
        call.Caller.MustHave(Roles.Coordinator);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            Check(request, request.Pole.Length == 0 || await IsPole(tx, request.Pole), Paris.DateOf(call.Now));
            var fresh = new FrozenReport
            {
                Id = Guid.CreateVersion7(call.Now),
                Year = request.Year,
                Pole = request.Pole,
                FormulaVersion = IndicatorSql.Version,
                Freezer = call.Caller.Subject,
                FreezeTime = call.Now,
            };
            var report = await ReportIndicators.Of(tx, fresh.Pole, fresh.From, fresh.Until, call.Now);
            var frozen = await (fresh with { Shown = report.ToByteArray() }).Append(tx);
            return new FreezeIndicatorsResponse { Frozen = frozen.View(), Report = report };
        });
    }

    /// <exception cref="RuleBroken">YEAR_INVALID, YEAR_NOT_ENDED, UNKNOWN_POLE.</exception>
    internal static void Check(FreezeIndicatorsRequest request, bool poleIsKnown, DateOnly today)
    {
        var v = new Violations();
        if (v.Check(request.Year is >= FirstYear and <= 9998, "year", "YEAR_INVALID", "Dites l'année du rapport, sur quatre chiffres."))
        {
            v.Check(request.Year < today.Year, "year", "YEAR_NOT_ENDED", "Un rapport est figé une fois l'année terminée.");
        }

        v.Check(poleIsKnown, "pole", "UNKNOWN_POLE", "Ce pôle n'existe pas.");
        v.ThrowIfAny();
    }

    private static Task<bool> IsPole(Tx tx, string pole) => tx.Single<bool>("select exists (select from pole where name = @pole)", new { pole });
}
