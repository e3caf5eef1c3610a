using System.Diagnostics;
using Intervision.Scheduling.Tests;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Incident = Intervision.Scheduling.V1.ProposeRepairRequest.Types.Incident;

namespace Intervision.Benchmarks.Season;

/// <summary>What a way out costs to look for, on the whole region.</summary>
internal static class RepairBenchmark
{
    private static readonly DateTimeOffset Summer = new(2026, 8, 2, 8, 0, 0, TimeSpan.Zero);

    private static readonly HashSet<string> ByVideo =
        [.. RegionCsv.Read("poles.csv").Where(p => p["modality"] == "VIDEO").Select(p => $"poles/{p["pole_code"]}")];

    public static async Task<Percentiles> Measure(PlanningService.PlanningServiceClient planning, IReadOnlyList<Session> year)
    {
        var asked = year.Where(s => s.State is SessionState.Planned or SessionState.Convened).SelectMany(Incidents).ToList();
        var random = new Random(7);
        var order = Enumerable.Range(0, 1000).Select(_ => asked[random.Next(asked.Count)]).ToList();
        Console.WriteLine($"{asked.Count} incidents of {asked.Select(a => a.Incident).Distinct().Count()} kinds");
        return Percentiles.Of(await OpenLoop.Measure(
            10, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20),
            async n => await planning.ProposeRepairAsync(order[n % order.Count], Tokens.As(Tokens.Coordinator(), Summer))));
    }

    /// <summary>Milliseconds.</summary>
    public static async Task<double> Plan(PlanningService.PlanningServiceClient planning)
    {
        var request = new ProposePlanRequest { FromDate = SampleRegion.First.ToProto(), ToDate = SampleRegion.Last.ToProto() };
        await planning.ProposePlanAsync(request, Tokens.As(Tokens.Coordinator(), Summer));
        var clock = Stopwatch.StartNew();
        var plan = await planning.ProposePlanAsync(request, Tokens.As(Tokens.Coordinator(), Summer));
        Console.WriteLine($"{plan.Placements.Count} placed, {plan.Unplaced.Count} not, objective {plan.Objective} in {clock.ElapsedMilliseconds} ms");
        return Math.Round(clock.Elapsed.TotalMilliseconds, 1);
    }

    private static IEnumerable<ProposeRepairRequest> Incidents(Session session)
    {
        if (session.Expert.Length > 0)
        {
            yield return new ProposeRepairRequest { Name = session.Name, Incident = Incident.ExpertDeclined };
        }

        yield return new ProposeRepairRequest { Name = session.Name, Incident = Incident.FacilitatorAway };
        if (!ByVideo.Contains(session.Pole))
        {
            yield return new ProposeRepairRequest { Name = session.Name, Incident = Incident.RoomLost };
        }

        var invited = session.Invitations.FirstOrDefault(i => i.Role == SessionRole.Requester);
        if (invited is not null)
        {
            yield return new ProposeRepairRequest { Name = session.Name, Incident = Incident.PersonDeclined, Professional = invited.Professional };
        }

        if (session.Items.Count > 0 && session.Items[0].State == AgendaItem.Types.State.Scheduled)
        {
            yield return new ProposeRepairRequest { Name = session.Items[0].Case, Incident = Incident.CaseUrgent };
        }
    }
}
