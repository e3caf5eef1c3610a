using System.Collections.Concurrent;
using System.Diagnostics;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests.Clients;

/// <summary>One of the programs under <c>clients/</c>, run as its guide says.</summary>
internal sealed class ClientProgram : IDisposable
{
    private readonly ConcurrentQueue<string> lines = [];
    private readonly Process process;

    private ClientProgram(Process process, ConcurrentQueue<string> lines) => (this.process, this.lines) = (process, lines);

    public IReadOnlyList<string> Lines => [.. lines];

    /// <param name="client">node or csharp.</param>
    public static async Task<ClientProgram> Start(string client, ServedRegion intake, string token, params string[] arguments)
    {
        var (program, first, address) = client == "node"
            ? ("node", Path.Combine(ServedRegion.Root, "clients/node/cli.js"), intake.Address)
            : ("dotnet", Path.Combine(AppContext.BaseDirectory, "Intervision.CptsClient.dll"), $"http://{intake.Address}");
        Assert.True(
            client != "node" || Directory.Exists(Path.Combine(ServedRegion.Root, "clients/node/node_modules")),
            "run 'npm ci' in clients/node first; ./test.sh does");
        var info = new ProcessStartInfo(program, [first, .. arguments])
        {
            Environment = { ["INTERVISION_ADDRESS"] = address, ["INTERVISION_TOKEN"] = token },
        };
        var said = new ConcurrentQueue<string>();
        return new ClientProgram(await ChildProcesses.Start(info, said.Enqueue), said);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Exit, string Said)> Run(string client, ServedRegion intake, string token, params string[] arguments)
    {
        using var run = await Start(client, intake, token, arguments);
        await run.process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (run.process.ExitCode, string.Join('\n', run.lines));
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }
}
