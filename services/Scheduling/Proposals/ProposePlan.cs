using Intervision.Scheduling.Planning;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Proposals;

/// <summary>A plan for some pôles or all; nothing is changed. It takes a processor to itself, so one is made at a time.</summary>
internal sealed class ProposePlan(Db db) : IDisposable
{
    private const int UsualIterations = 500_000;
    private const int MostIterations = 5_000_000;
    private const int MostPoles = 100;
    private const int LongestDays = 732;

    /// <summary>A plan takes two seconds at most: whoever waits longer is one of too many.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly SemaphoreSlim planning = new(1);

    public async Task<ProposePlanResponse> Handle(ProposePlanRequest request, Call call)
    {
        MustOrganise(request, call.Caller);
        var wishes = Validate(request, Paris.DateOf(call.Now));
        var region = await db.ReadTogether(tx => RegionSnapshot.Load(tx, request.Poles, wishes.From, wishes.To), call.Cancellation);
        if (request.Poles.FirstOrDefault(name => !region.Rhythms.ContainsKey(name)) is { } unknown)
        {
            throw RuleBroken.NotNow("UNKNOWN_POLE", "Ce pôle n'est pas (encore) connu de l'annuaire.", "DIRECTORY", unknown, ("pole", unknown));
        }

        if (!await planning.WaitAsync(Patience, call.Cancellation))
        {
            throw RuleBroken.TooMuch("PLANNING_BUSY", "D'autres plans sont en cours de calcul : recommencez dans un instant.", Patience);
        }

        try
        {
            return await Task.Run(() => Decide(region, wishes, request.Seed, request.Iterations == 0 ? UsualIterations : request.Iterations, call.Cancellation), call.Cancellation);
        }
        finally
        {
            planning.Release();
        }
    }

    public void Dispose() => planning.Dispose();

    internal static ProposePlanResponse Decide(RegionSnapshot region, Wishes wishes, long seed, int iterations, CancellationToken cancellation = default)
    {
        var problem = RegionProblem.Of(region, wishes);
        var plan = Planner.Search(problem.Problem, seed, p => p.Iterations >= iterations || cancellation.IsCancellationRequested);
        cancellation.ThrowIfCancellationRequested();
        return PlanReport.Of(problem, plan);
    }

    /// <summary>The whole region is the coordinator's.</summary>
    private static void MustOrganise(ProposePlanRequest request, Caller caller)
    {
        if (request.Poles.Count == 0)
        {
            caller.MustHave(Roles.Coordinator);
        }

        foreach (var pole in request.Poles)
        {
            caller.MustOrganise(pole);
        }
    }

    private static Wishes Validate(ProposePlanRequest request, DateOnly today)
    {
        var broken = new Violations();
        var (from, to) = (request.FromDate.ToDate(), request.ToDate.ToDate());
        broken.Check(request.Poles.Count <= MostPoles, "poles", "TOO_MANY", $"Au plus {MostPoles} pôles.");
        if (broken.Check(from is not null, "from_date", "DATE_INVALID", "Le premier jour manque ou n'existe pas."))
        {
            broken.Check(from >= today, "from_date", "DATE_IN_THE_PAST", "Le premier jour est passé.");
        }

        if (broken.Check(to is not null, "to_date", "DATE_INVALID", "Le dernier jour manque ou n'existe pas.") && from is not null)
        {
            broken.Check(to >= from, "to_date", "PERIOD_ENDS_BEFORE_START", "Le dernier jour précède le premier.");
            broken.Check(to!.Value.DayNumber - from.Value.DayNumber <= LongestDays && to.Value.Year <= 2100, "to_date", "PERIOD_TOO_LONG", "Un plan couvre au plus deux ans.");
        }

        broken.Check(request.Iterations is >= 0 and <= MostIterations, "iterations", "ITERATIONS_OUT_OF_RANGE", $"De 0 à {MostIterations}.");
        broken.ThrowIfAny();
        return new Wishes(today, from!.Value, to!.Value, request.OfferedDatesOnly);
    }
}
