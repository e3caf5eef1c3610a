using System.Collections.Concurrent;
using System.ComponentModel;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Processes;

/// <summary>Starts processes, and knows where they keep what they keep.</summary>
internal sealed class Launcher(ResourceLoggerService logs, IDistributedApplicationBuilder builder) : IAsyncDisposable
{
    private readonly ChildThread _thread = new();
    private readonly string _mark = $"{Environment.ProcessId}-{Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8))}";
    private readonly ConcurrentDictionary<string, ConsoleFile> _files = new(StringComparer.OrdinalIgnoreCase);
    private Watchdog? _watchdog;

    public DataFolder Data { get; } = DataFolder.Of(builder);

    /// <summary>In the folder that configuration <c>AppHost:Binaries:NAME</c> gives, and only there; else where systems put it, and on the PATH.</summary>
    public string? FindServer(string name, string program, IEnumerable<string> usual) =>
        builder.Configuration[$"AppHost:Binaries:{name}"] is { Length: > 0 } folder
            ? Commands.Find(program, [folder], alsoOnPath: false)
            : Commands.Find(program, usual);

    public async Task OpenAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new DistributedApplicationException("Cet hôte d'applications ne fonctionne que sous Linux ; ailleurs, utilisez UseGenuinePackages=true.");
        }
        Data.Lock();
        try
        {
            _watchdog = await Watchdog.StartAsync(_thread, _mark);
        }
        catch (Win32Exception)
        {
            throw new DistributedApplicationException("La commande « setsid » manque : installez le paquet util-linux.");
        }
    }

    public async Task<ChildProcess> StartAsync(IResource resource, ProcessPlan plan)
    {
        if (!Directory.Exists(plan.WorkingDirectory))
        {
            throw new DistributedApplicationException($"« {resource.Name} » ne peut pas démarrer : le dossier {plan.WorkingDirectory} n'existe pas.");
        }
        if (!plan.Command.Contains('/', StringComparison.Ordinal) && Commands.Find(plan.Command) is null)
        {
            throw new DistributedApplicationException($"« {resource.Name} » ne peut pas démarrer : la commande « {plan.Command} » est introuvable.");
        }
        plan = plan with { Grace = plan.Grace ?? TimeSpan.FromSeconds(builder.Configuration.GetValue("AppHost:StopGrace", 10.0)) };
        return await ChildProcess.StartAsync(plan, _thread, _watchdog!, _mark, (line, isError) => Write(resource, line, isError));
    }

    /// <summary>Runs a preparation (initdb) to its end.</summary>
    /// <exception cref="DistributedApplicationException">It failed: its output is the message.</exception>
    public async Task RunAsync(IResource resource, ProcessPlan plan)
    {
        var said = new StringBuilder();
        var child = await ChildProcess.StartAsync(plan, _thread, _watchdog!, _mark, (line, isError) =>
        {
            Write(resource, line, isError);
            lock (said)
            {
                said.Append(isError ? " " + line.Trim() : null);
            }
        });
        if (await child.Exit is var code && code != 0)
        {
            throw new DistributedApplicationException(
                $"« {resource.Name} » ne peut pas démarrer : {Path.GetFileName(plan.Command)} a échoué (code {code}).{said}");
        }
    }

    /// <summary>On the resource's console and in its log file.</summary>
    public void Write(IResource resource, string line, bool isError = false)
    {
        logs.Write(resource.Name, line, isError);
        _files.GetOrAdd(resource.Name, Data.CreateLog).WriteLine(line);
    }

    public async ValueTask DisposeAsync()
    {
        if (_watchdog is { } watchdog)
        {
            _watchdog = null;
            await watchdog.DisposeAsync();
        }
        _thread.Dispose();
        foreach (var file in _files.Values)
        {
            file.Dispose();
        }
        Data.Dispose();
    }
}
