using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Npgsql;

namespace Intervision.Indemnisation.Rates;

/// <summary>Publishes a grid, immutable from then on; lines that waited for its rates are calculated.</summary>
public sealed class PublishRateGrid(Db db, CalculateWaiting waiting)
{
    public Task<PublishRateGridResponse> Handle(PublishRateGridRequest request, Call call)
    {
        var grid = request.RateGrid ?? new RateGrid();
        Validate(grid);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await References.Change(tx);
            var published = await RateStore.Find(tx, grid.Name);
            if (Decide(published, grid))
            {
                await Publish(tx, grid, call);
                await waiting.OfProgramme(tx, grid.Programme, call.Now);
            }

            return new PublishRateGridResponse { RateGrid = grid };
        });
    }

    /// <returns>Whether there is something to publish: the same grid again changes nothing.</returns>
    /// <exception cref="RuleBroken">RATE_GRID_EXISTS: another grid bears this name.</exception>
    internal static bool Decide(RateGrid? published, RateGrid grid)
    {
        if (published is null)
        {
            return true;
        }

        return published.Equals(grid)
            ? false
            : throw RuleBroken.Exists("RATE_GRID_EXISTS", $"La grille « {grid.Name} » est déjà publiée avec un autre contenu.", ("name", grid.Name));
    }

    /// <exception cref="RuleBroken">RATE_GRID_OVERLAP.</exception>
    internal static async Task Publish(Tx tx, RateGrid grid, Call call)
    {
        try
        {
            await RateStore.Insert(
                tx, grid, grid.ValidFromDate.ToDate()!.Value, grid.ValidUntilDate.ToDate()!.Value, call.Caller.Subject, call.Now);
        }
        catch (PostgresException e) when (e.ConstraintName is "rate_grid_overlap" or "rate_said_twice")
        {
            throw RuleBroken.NotNow(
                "RATE_GRID_OVERLAP",
                $"La grille « {grid.Name} » recouvre un tarif déjà publié pour la même profession, le même rôle, le même composant et la même période.",
                subject: grid.Name,
                facts: ("name", grid.Name));
        }
    }

    private static void Validate(RateGrid grid)
    {
        var violations = new Violations();
        RateRules.CheckHead(grid, "rate_grid.", violations);
        violations.Check(
            grid.Rates.Count is > 0 and <= RateRules.MaximumRates, "rate_grid.rates", "RATES_COUNT_INVALID", $"Une grille compte de 1 à {RateRules.MaximumRates} tarifs.");
        for (var i = 0; i < grid.Rates.Count; i++)
        {
            RateRules.Check(grid.Rates[i], $"rate_grid.rates[{i}].", violations);
        }

        violations.ThrowIfAny();
    }
}
