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
    private const int MaximumRates = 500;

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

    private static async Task Publish(Tx tx, RateGrid grid, Call call)
    {
        try
        {
            await RateStore.Insert(
                tx, grid, grid.ValidFromDate.ToDate()!.Value, grid.ValidUntilDate.ToDate()!.Value, call.Caller.Subject, call.Now);
        }
        catch (PostgresException e) when (e.ConstraintName == "rate_grid_overlap")
        {
            throw RuleBroken.NotNow(
                "RATE_GRID_OVERLAP",
                $"La grille « {grid.Name} » recouvre un tarif déjà publié pour la même profession, le même composant et la même période.",
                subject: grid.Name,
                facts: ("name", grid.Name));
        }
    }

    private static void Validate(RateGrid grid)
    {
        var violations = new Violations();
        violations.Check(ResourceNames.IsNamed(grid.Name, "rateGrids"), "rate_grid.name", "NAME_INVALID", "Le nom doit être de la forme rateGrids/{code}.");
        violations.Check(ResourceNames.IsNamed(grid.Programme, "programmes"), "rate_grid.programme", "PROGRAMME_INVALID", "Le programme doit être de la forme programmes/{code}.");
        var from = grid.ValidFromDate.ToDate();
        var until = grid.ValidUntilDate.ToDate();
        violations.Check(from is not null, "rate_grid.valid_from_date", "DATE_INVALID", "La date de début n'est pas une date.");
        violations.Check(until is not null && !(until <= from), "rate_grid.valid_until_date", "PERIOD_INVALID", "La date de fin (exclue) doit suivre la date de début.");
        violations.Check(grid.Rates.Count is > 0 and <= MaximumRates, "rate_grid.rates", "RATES_COUNT_INVALID", $"Une grille compte de 1 à {MaximumRates} tarifs.");
        for (var i = 0; i < grid.Rates.Count; i++)
        {
            Validate(grid.Rates[i], $"rate_grid.rates[{i}]", violations);
        }

        violations.ThrowIfAny();
    }

    private static void Validate(Rate rate, string field, Violations violations)
    {
        const long MaximumCents = 100_000_000;
        violations.Check(
            rate.ProfessionTable.Length <= 32 && rate.ProfessionCode.Length <= 32 && (rate.ProfessionTable.Length == 0) == (rate.ProfessionCode.Length == 0),
            $"{field}.profession_code", "PROFESSION_INVALID", "La profession est une table et un code, ou ni l'un ni l'autre.");
        violations.Check(rate.Component is > Component.Unspecified and <= Component.Travel, $"{field}.component", "COMPONENT_INVALID", "Composant inconnu.");
        violations.Check(
            rate.Unit is > RateUnit.Unspecified and <= RateUnit.Kilometre && (rate.Unit == RateUnit.Kilometre) == (rate.Component == Component.Travel),
            $"{field}.unit", "UNIT_INVALID", "Le kilomètre est l'unité du déplacement, et de lui seul.");
        violations.Check(rate.AmountCents is > 0 and <= MaximumCents, $"{field}.amount_cents", "AMOUNT_INVALID", "Le montant doit être positif et d'au plus un million d'euros.");
        violations.Check(
            rate is { MinimumMinutes: >= 0 and <= 1440, PaidMinutesCap: >= 0 and <= 1440, FreeKilometres: >= 0 and <= 10_000, CapCents: >= 0 and <= MaximumCents },
            field, "LIMIT_INVALID", "Un minimum ou un plafond est hors limites.");
    }
}
