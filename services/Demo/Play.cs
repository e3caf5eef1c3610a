using System.Globalization;
using System.Diagnostics;
using Intervision.Demo.Finance;
using Intervision.Demo.Region;
using Intervision.Demo.Reporting;
using Intervision.Demo.Season;
using Intervision.Demo.Suite;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Security;
using Spectre.Console;

namespace Intervision.Demo;

/// <summary>
/// <c>play</c>: a whole season through the public API. Exit codes: 0 as expected, 1 something does not match, 2 the data
/// cannot be played, 3 the suite did not answer or refused a step.
/// </summary>
internal static class Play
{
    public static async Task<int> Run(SuiteOptions options, string data, string? reportFile, bool ifEmpty, IAnsiConsole console)
    {
        var clock = Stopwatch.StartNew();
        if (RegionData.Load(data, out var problems) is not { } region)
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]{data} ne peut pas être joué :[/]");
            foreach (var problem in problems.Take(20))
            {
                console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"  {problem}");
            }

            return 2;
        }

        if (!Directory.Exists(options.Secrets))
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]Pas de clés dans {options.Secrets} : l'application n'a jamais démarré avec ce dossier (./run.sh, ou --suite DOSSIER).[/]");
            return 3;
        }

        var time = TimeProvider.System;
        var announcer = new Announcer(console);
        using var suite = new SuiteClients(options, announcer, time);
        using var key = DevelopmentTokens.LoadOrCreateKey(options.Secrets);
        var cast = new Cast(key, time);
        var stage = new Stage(region, suite, cast, new Quiescence(suite, cast, announcer, time), announcer);
        var unfinished = new UnfinishedMark(options.Memory);
        if (ifEmpty && !unfinished.IsThere && !await IsEmpty(stage))
        {
            console.MarkupLine("Une saison a déjà été jouée dans cette base.");
            return 0;
        }

        unfinished.Put();
        using var trace = Joined();
        using var journal = new EventJournal(options.Memory);
        await using var consumer = new FinanceConsumer(options.Amqp, journal, announcer, time);
        consumer.Start();

        var season = new SeasonPlay(stage);
        var setUp = new SetUp(stage);
        var closing = new SeasonClosing(stage, season.LastDay);
        var audit = new Audit(stage, season, setUp, closing, journal, time);
        var report = await PlayAll(stage, season, setUp, closing, audit, clock, console);
        SeasonTable.Show(console, report, report.CasesWithoutSession > 0 ? await audit.Waiting() : []);
        SeasonTable.ShowMismatches(console, report);
        if (reportFile is not null)
        {
            report.Write(reportFile);
        }

        unfinished.Remove();
        return report.Mismatches.Count == 0 ? 0 : 1;
    }

    /// <summary>With <c>TRACEPARENT</c> in the environment, as batch programs are given it, all calls are made within that trace.</summary>
    private static System.Diagnostics.Activity? Joined() => Environment.GetEnvironmentVariable("TRACEPARENT") is { Length: > 0 } parent
        ? new System.Diagnostics.Activity("play").SetIdFormat(ActivityIdFormat.W3C).SetParentId(parent).Start()
        : null;

    private static async Task<bool> IsEmpty(Stage stage) =>
        (await stage.Suite.Membership.ListPolesAsync(new ListPolesRequest { PageSize = 1 }, stage.As(Cast.Coordinator, TimeProvider.System.GetUtcNow()))).Poles.Count == 0;

    private static async Task<SeasonReport> PlayAll(
        Stage stage, SeasonPlay season, SetUp setUp, SeasonClosing closing, Audit audit, Stopwatch clock, IAnsiConsole console)
    {
        const string directory = "Annuaire", references = "Listes, calendrier, tarifs, bénéficiaires", plan = "Séances planifiées",
            requests = "Demandes", days = "Jours de la saison", finance = "Paiement et rapprochement";
        SeasonReport? report = null;
        await Bars.Run(console, [directory, references, plan, requests, days, finance], async bars =>
        {
            await bars.Stage(directory, setUp.ImportDirectory);
            await bars.Stage(references, setUp.PutReferences);
            await bars.Stage(plan, setUp.PlanSeason);
            var one = 1.0 / Math.Max(1, stage.Region.Requests.Count);
            await bars.Stage(days, day => season.Play(done => bars.Advance(requests, done * one), day));
            bars.Finish(requests);
            await bars.Stage(finance, async part =>
            {
                await stage.Quiescence.Everywhere();
                var runs = await closing.Pay(done => part(done * 0.8));
                await stage.Quiescence.Everywhere();
                report = await audit.Report(runs, () => clock.Elapsed.TotalSeconds);
            });
        });
        return report!;
    }
}

/// <summary>A file that stands while a season is being played: found at the next start, the season is resumed.</summary>
internal sealed class UnfinishedMark(string folder)
{
    private readonly string file = Path.Combine(folder, "season-unfinished");

    public bool IsThere => File.Exists(file);

    public void Put()
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(file, "");
    }

    public void Remove() => File.Delete(file);
}
