using System.Globalization;
using System.CommandLine;
using Grpc.Core;
using Intervision.Demo;
using Intervision.Demo.Season;
using Intervision.Demo.Suite;
using Intervision.ServiceDefaults.Security;
using Spectre.Console;

// In a file or a pipe: no colours, and lines as long as they are.
var console = Console.IsOutputRedirected
    ? AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors })
    : AnsiConsole.Console;
if (Console.IsOutputRedirected)
{
    console.Profile.Width = 200;
}

var suiteFolder = new Option<string>("--suite")
{
    Description = "Dossier de données de l'application (INTERVISION_DATA, sinon .data).",
    DefaultValueFactory = _ => SuiteOptions.DefaultFolder,
    Recursive = true,
};
var root = new RootCommand("Joue une saison d'intervisions par l'API publique.") { suiteFolder };
root.Subcommands.Add(PlayCommand());
root.Subcommands.Add(TokenCommand());
root.Subcommands.Add(WaitCommand());
return await root.Parse(args).InvokeAsync();

Command PlayCommand()
{
    var data = new Option<string>("--data") { Description = "Dossier des CSV d'une région.", DefaultValueFactory = _ => Path.Combine("data", "region") };
    var report = new Option<string?>("--report") { Description = "Fichier JSON du tableau final." };
    var addresses = new[] { Address("membership", 5101), Address("intake", 5102), Address("scheduling", 5103), Address("indemnisation", 5104) };
    var amqp = new Option<string?>("--amqp") { Description = "URI du courtier (ConnectionStrings__rabbitmq, sinon celui de l'application)." };
    var ifEmpty = new Option<bool>("--if-empty") { Description = "Seulement si la base est vide ou une saison inachevée." };
    var command = new Command("play", "Joue la saison et compare tout à la fin.") { data, report, amqp, ifEmpty };
    Array.ForEach(addresses, command.Options.Add);
    command.SetAction((parsed, _) => Guarded(() =>
    {
        var folder = parsed.GetValue(suiteFolder)!;
        var at = addresses.Select(a => parsed.GetValue(a)!).ToArray();
        return Play.Run(
            new SuiteOptions(folder, at[0], at[1], at[2], at[3], parsed.GetValue(amqp) ?? SuiteOptions.DefaultAmqp(folder)),
            parsed.GetValue(data)!, parsed.GetValue(report), parsed.GetValue(ifEmpty), console);
    }));
    return command;
}

Command TokenCommand()
{
    var role = new Option<string[]>("--role") { Description = "Rôle, plusieurs fois s'il le faut.", Required = true, AllowMultipleArgumentsPerToken = true };
    var subject = new Option<string>("--subject") { Description = "Qui : professionals/PER-00037, ou un nom.", DefaultValueFactory = _ => "staff/developpement" };
    var rpps = new Option<string?>("--rpps") { Description = "11 chiffres." };
    var pole = new Option<string[]>("--pole") { Description = "Pôle pour lequel on agit, plusieurs fois s'il le faut.", AllowMultipleArgumentsPerToken = true };
    var cpts = new Option<string?>("--cpts") { Description = "Identifiant de la CPTS." };
    var organisation = new Option<string?>("--organisation") { Description = "Identifiant de la structure." };
    var command = new Command("token", "Imprime un jeton de développement.") { role, subject, rpps, pole, cpts, organisation };
    command.SetAction(parsed => PrintToken.Run(parsed.GetValue(suiteFolder)!, new DevelopmentClaims(parsed.GetValue(subject)!, parsed.GetValue(role)!)
    {
        Rpps = parsed.GetValue(rpps),
        Poles = [.. (parsed.GetValue(pole) ?? []).Select(p => PrintToken.Named("poles", p))],
        Cpts = parsed.GetValue(cpts) is { } c ? PrintToken.Named("organisations", c) : null,
        Organisation = parsed.GetValue(organisation) is { } o ? PrintToken.Named("organisations", o) : null,
    }));
    return command;
}

Command WaitCommand()
{
    var page = new Option<string>("--page") { Description = "Page de l'hôte d'applications.", DefaultValueFactory = _ => SuiteOptions.Page };
    var process = new Option<int?>("--process") { Description = "Processus de l'hôte : s'il s'arrête, inutile d'attendre." };
    var command = new Command("wait", "Attend que toute l'application réponde.") { page, process };
    command.SetAction((parsed, _) => Guarded(() => WaitForSuite.Run(parsed.GetValue(page)!, parsed.GetValue(process), console)));
    return command;
}

static Option<string> Address(string service, int port) => new($"--{service}")
{
    Description = $"Adresse gRPC de {service}, ou celles de ses répliques, séparées par des virgules.",
    DefaultValueFactory = _ => SuiteOptions.Grpc(service, port),
};

// Whatever goes wrong, people read one sentence.
async Task<int> Guarded(Func<Task<int>> run)
{
    try
    {
        return await run();
    }
    catch (GivenUp e)
    {
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]{e.Message}[/]");
    }
    catch (RpcException e)
    {
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]Refus inattendu : {Refusal.Of(e)?.Message ?? e.Status.Detail} ({Refusal.Of(e)?.Reason ?? e.StatusCode.ToString()})[/]");
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException or UriFormatException)
    {
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]{e.Message}[/]");
    }

    return 3;
}
