using System.Diagnostics;
using System.Text;

namespace Intervision.AppHost.Tests;

/// <summary>The sample app host as a process of its own.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly string _dataFolder;

    public HostProcess(string dataFolder, string scenario, params IEnumerable<string> settings)
    {
        _dataFolder = dataFolder;
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Sample.HostProgram, Sample.Service, scenario, $"--AppHost:DataFolder={dataFolder}", .. settings])
        {
            start.ArgumentList.Add(argument);
        }
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => Text(_output);
    public string Errors => Text(_errors).Trim();

    public void Kill() => _process.Kill();

    /// <summary>Ctrl+C.</summary>
    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-s", "INT", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async Task<int> Exit()
    {
        using var limit = new CancellationTokenSource(Sample.Patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Every process that works in the data folder, carries this host's mark or is its watchdog.</summary>
    public IReadOnlyList<string> Left() =>
        [.. Directory.EnumerateDirectories("/proc").Where(p => char.IsAsciiDigit(Path.GetFileName(p)[0])).Select(CommandOfOurs).OfType<string>()];

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    private string? CommandOfOurs(string process)
    {
        try
        {
            var command = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ').Trim();
            var marked = File.ReadAllText(Path.Combine(process, "environ")).Contains($"ASPIRE_APPHOST_MARK={_process.Id}-", StringComparison.Ordinal);
            var works = new DirectoryInfo(Path.Combine(process, "cwd")).LinkTarget?.StartsWith(_dataFolder, StringComparison.Ordinal) == true;
            return marked || works || command.Contains($"aspire-watchdog {_process.Id}-", StringComparison.Ordinal) ? command : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Add(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.AppendLine(line);
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
