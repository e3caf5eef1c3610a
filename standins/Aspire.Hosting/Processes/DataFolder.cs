using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Processes;

/// <summary>
/// Where servers keep their data and generated secrets: configuration <c>AppHost:DataFolder</c>, else
/// <c>.data</c> beside the app host's project folder. One app host at a time.
/// </summary>
internal sealed class DataFolder(string path) : IDisposable
{
    private const UnixFileMode ForUs = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode ForAllToPass = ForUs | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private FileStream? _lock;

    public string Path { get; } = path;

    public static DataFolder Of(IDistributedApplicationBuilder builder) => new(System.IO.Path.GetFullPath(
        builder.Configuration["AppHost:DataFolder"] is { Length: > 0 } given
            ? given
            : System.IO.Path.Combine(builder.AppHostDirectory, "..", ".data")));

    public void Lock()
    {
        Directory.CreateDirectory(Path, ForAllToPass);
        try
        {
            _lock = new FileStream(System.IO.Path.Combine(Path, "apphost.lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException)
        {
            throw new DistributedApplicationException($"Un autre hôte d'applications utilise déjà le dossier de données {Path} ; arrêtez-le ou donnez un autre dossier.");
        }
    }

    /// <summary>A server's folder, its own and nobody else's.</summary>
    public string ForServer(string resource)
    {
        var folder = System.IO.Path.Combine(Reachable(), resource);
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, ForUs);
            GiveToServers(folder);
        }
        return folder;
    }

    /// <summary>The console of a resource since the app host started.</summary>
    public ConsoleFile CreateLog(string resource)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, "logs"), ForUs).FullName;
        return new ConsoleFile(System.IO.Path.Combine(folder, resource + ".log"));
    }

    /// <summary>A generated secret, kept in a file that only its owner reads.</summary>
    public string Secret(string name, Func<string> generate)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, "secrets"), ForUs).FullName;
        var file = System.IO.Path.Combine(folder, name);
        if (File.Exists(file))
        {
            return File.ReadAllText(file);
        }
        var secret = generate();
        Write(file, secret);
        return secret;
    }

    public static void Write(string file, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        File.Delete(file);
        using var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode });
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    public static void GiveToServers(string path)
    {
        if (Environment.IsPrivilegedProcess)
        {
            Posix.GiveToNobody(path);
        }
    }

    public void Dispose() => _lock?.Dispose();

    /// <summary>
    /// As root, servers run as nobody, who must be able to walk down to their data. Where a parent is closed to
    /// others (a clone under /root), the servers' data go to a folder under /var/tmp whose name is kept here.
    /// </summary>
    private string Reachable()
    {
        if (!Environment.IsPrivilegedProcess || IsOpenToAll(Path))
        {
            return Path;
        }
        var elsewhere = Secret("servers-folder", () => "/var/tmp/apphost-data-" + RandomNumberGenerator.GetHexString(12, lowercase: true));
        return Directory.CreateDirectory(elsewhere, ForAllToPass).FullName;
    }

    private static bool IsOpenToAll(string path)
    {
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
        {
            if (folder.Exists && (folder.UnixFileMode & UnixFileMode.OtherExecute) == UnixFileMode.None)
            {
                return false;
            }
        }
        return true;
    }
}
