using System.Diagnostics;

namespace Intervision.EndToEnd.Tests;

/// <summary>What the demo says when it cannot play: a sentence and an exit code, never a stack trace.</summary>
public sealed class DemoTests
{
    [Theory]
    [InlineData("requests.csv", "2026-08-24", "2026-13-40", "requests.csv, ligne 2 : submitted_date « 2026-13-40 » n'est pas une date")]
    [InlineData("poles.csv", "EVERY_SIX_WEEKS", "SOMETIMES", "rhythm « SOMETIMES » n'est pas un code connu")]
    [InlineData("people.csv", "PER-00001;", "PER-00001;;", "people.csv, ligne 2 : 8 colonnes au lieu de 7")]
    public async Task A_broken_row_is_named_with_its_file_and_line(string file, string written, string broken, string expected)
    {
        var folder = Directory.CreateTempSubdirectory("intervision-broken-").FullName;
        try
        {
            foreach (var source in Directory.GetFiles(Path.Combine(RunningSuite.Root, "data", "region")))
            {
                File.Copy(source, Path.Combine(folder, Path.GetFileName(source)));
            }

            var text = await File.ReadAllTextAsync(Path.Combine(folder, file));
            var at = text.IndexOf(written, StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder, file), text[..at] + broken + text[(at + written.Length)..]);
            var (code, output) = await Demo("play", "--data", folder);
            Assert.Equal(2, code);
            Assert.Contains(expected, output, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_folder_without_keys_is_a_suite_that_never_ran()
    {
        var (code, output) = await Demo("play", "--data", Path.Combine(RunningSuite.Root, "data", "region"), "--suite", "/nowhere");
        Assert.Equal(3, code);
        Assert.Contains("/nowhere/secrets", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_role_is_refused_with_the_known_ones()
    {
        var (code, output) = await Demo("token", "--role", "king", "--suite", "/nowhere");
        Assert.Equal(2, code);
        Assert.Contains("host_coordinator", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> Demo(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [RunningSuite.DemoProgram, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
