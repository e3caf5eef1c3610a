using System.Text.Json;
using Intervision.Benchmarks.Dashboard;
using Intervision.Benchmarks.Directory;
using Intervision.Benchmarks.Intake;
using Intervision.Benchmarks.Messaging;
using Intervision.Benchmarks.Planner;
using Intervision.Benchmarks.Season;
using Intervision.Benchmarks.Settlement;

// dotnet run -c Release --project tests/Benchmarks -- VERB [--report FILE]
// Each verb measures one thing against real servers and can write its figures as JSON.
var report = args.SkipWhile(a => a != "--report").Skip(1).FirstOrDefault();
object figures;
switch (args.FirstOrDefault())
{
    case "messaging":
        figures = await MessagingBenchmark.Run();
        break;
    case "directory":
        figures = await DirectoryBenchmark.Run();
        break;
    case "directory-import":
        figures = await DirectoryBenchmark.RunImport();
        break;
    case "intake":
        figures = await IntakeBenchmark.Run();
        break;
    case "intake-deposits":
        figures = await IntakeBenchmark.RunDeposits();
        break;
    case "intake-scanner":
        figures = ScannerSpeed.Measure();
        break;
    case "intake-fuzz":
        figures = await IntakeBenchmark.RunFuzz();
        break;
    case "intake-watch":
        figures = await IntakeBenchmark.RunWatch();
        break;
    case "season":
        figures = await SeasonBenchmark.Run();
        break;
    case "settlement":
        figures = await SettlementBenchmark.Run(args[1..]);
        break;
    case "planner":
        if (PlannerBenchmark.Run(args[1..]) is not { } planned)
        {
            return 1;
        }

        figures = planned;
        break;
    case "planner-scaling":
        figures = PlannerScaling.Run();
        break;
    case "dashboard":
        figures = await DashboardBenchmark.Run();
        break;
    case "dashboard-receiver":
        await ObservedBenchmark.Receive(args[1]);
        return 0;
    case "dashboard-page":
        await FreshServer.Serve(args[1]);
        return 0;
    case "observed":
        figures = await ObservedBenchmark.Run();
        break;
    default:
        Console.Error.WriteLine("Benchmarks -- messaging|directory|directory-import|intake|intake-deposits|intake-scanner|intake-fuzz|intake-watch|season|settlement|planner|planner-scaling|dashboard|observed [--report FILE]");
        return 2;
}

var json = JsonSerializer.Serialize(figures, figures.GetType(), new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase });
Console.WriteLine(json);
if (report is not null)
{
    await File.WriteAllTextAsync(report, json);
}

return 0;
