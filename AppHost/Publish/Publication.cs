using System.Text;

namespace Intervision.AppHost.Publish;

/// <summary>The files, by their paths below the folder.</summary>
internal sealed class Publication(Deployment deployment)
{
    public const string Header = "# Written by the app host's publish verb from AppHost/Program.cs: change that, and publish again.\n";
    private const string EnvFile = "compose/.env";

    public IReadOnlyDictionary<string, string> Files(string envBefore = "")
    {
        var compose = new ComposeFiles(deployment);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["compose/compose.yaml"] = compose.Compose(),
            ["compose/compose.finance.yaml"] = compose.Finance(),
            [EnvFile] = compose.Env(envBefore),
        };
        foreach (var (path, text) in new HelmCharts(deployment).Files())
        {
            files[$"helm/{path}"] = text;
        }
        return files;
    }

    /// <returns>How many files were written.</returns>
    public int Write(string folder)
    {
        if (File.Exists(folder))
        {
            throw new PublishException($"{folder} est un fichier ; il faut un dossier.");
        }
        var env = Path.Combine(folder, EnvFile);
        var files = Files(File.Exists(env) ? File.ReadAllText(env) : "");
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            Save(file, text, path == EnvFile);
        }
        return files.Count;
    }

    /// <summary>Whole or not at all; what will hold secrets is its owner's alone.</summary>
    private static void Save(string file, string text, bool isSecret)
    {
        var beside = file + ".partial";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (isSecret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using (var writer = new StreamWriter(beside, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), options))
        {
            writer.Write(text);
        }
        File.Move(beside, file, overwrite: true);
    }
}
