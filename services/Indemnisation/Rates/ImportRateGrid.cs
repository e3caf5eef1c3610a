using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Outcome = Intervision.Indemnisation.V1.ImportRateGridResponse.Types.Outcome;

namespace Intervision.Indemnisation.Rates;

/// <summary>Publishes the grids of a file, all or none; lines that waited for their rates are calculated.</summary>
public sealed class ImportRateGrid(Db db, CalculateWaiting waiting)
{
    public Task<ImportRateGridResponse> Handle(ImportRateGridRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var file = RateFile.Read(request.Content.ToByteArray());
            await References.Change(tx);
            var outcomes = new List<(FileGrid Grid, Outcome Outcome)>();
            foreach (var grid in file.Grids)
            {
                var others = await Others(tx, grid.Grid, outcomes);
                outcomes.Add((grid, Decide(file, grid, await RateStore.Find(tx, grid.Grid.Name), others)));
            }

            if (file.Errors.Count > 0)
            {
                return new ImportRateGridResponse { Errors = { file.Errors.OrderBy(e => e.Line) } };
            }

            foreach (var grid in outcomes.Where(o => o.Outcome == Outcome.Published && !request.DryRun).Select(o => o.Grid.Grid))
            {
                await PublishRateGrid.Publish(tx, grid, call);
                await waiting.OfProgramme(tx, grid.Programme, call.Now);
            }

            return new ImportRateGridResponse
            {
                Grids = { outcomes.Select(o => new ImportRateGridResponse.Types.ImportedGrid { RateGrid = o.Grid.Grid, Outcome = o.Outcome }) },
            };
        });
    }

    /// <summary>Whether the grid is new; each of its lines that says what another grid says already is refused.</summary>
    /// <param name="others">Rates of other grids for the programme, on some day of the period.</param>
    internal static Outcome Decide(RateFile file, FileGrid grid, RateGrid? published, IReadOnlyList<Tariff> others)
    {
        if (published is not null)
        {
            if (!published.Equals(grid.Grid))
            {
                file.Refuse(grid.Lines[0], "grid_code", "RATE_GRID_EXISTS", $"la grille « {grid.Grid.Name} » est déjà publiée avec un autre contenu.");
            }

            return Outcome.Unchanged;
        }

        if (grid.Lines.Count > RateRules.MaximumRates)
        {
            file.Refuse(grid.Lines[0], "grid_code", "RATES_COUNT_INVALID", $"une grille compte de 1 à {RateRules.MaximumRates} tarifs.");
        }

        var taken = others.Select(t => t.Key).ToHashSet();
        var said = new HashSet<object>();
        foreach (var (rate, line) in grid.Grid.Rates.Zip(grid.Lines))
        {
            var tariff = Tariff.Of(grid.Grid.Name, rate);
            if (taken.Contains(tariff.Key) || !said.Add((tariff.Key, tariff.Unit)))
            {
                file.Refuse(line, "", "RATE_GRID_OVERLAP", "un tarif est déjà publié pour la même profession, le même rôle, le même composant et la même période.");
            }
        }

        return Outcome.Published;
    }

    /// <summary>Published, or of a grid before this one in the file.</summary>
    private static async Task<IReadOnlyList<Tariff>> Others(Tx tx, RateGrid grid, List<(FileGrid Grid, Outcome Outcome)> before)
    {
        var (from, until) = (grid.ValidFromDate.ToDate()!.Value, grid.ValidUntilDate.ToDate()!.Value);
        return
        [
            .. await RateStore.Within(tx, grid.Programme, from, until),
            .. before.Select(b => b.Grid.Grid)
                .Where(g => g.Programme == grid.Programme && g.ValidFromDate.ToDate() < until && g.ValidUntilDate.ToDate() > from)
                .SelectMany(g => g.Rates.Select(r => Tariff.Of(g.Name, r))),
        ];
    }
}
