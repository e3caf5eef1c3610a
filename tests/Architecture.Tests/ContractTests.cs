using System.Diagnostics;

namespace Intervision.Architecture.Tests;

/// <summary>
/// The contract as buf sees it: its rules, and that nothing breaks what was published (<c>protos/baseline.txtpb</c>,
/// moved by <c>scripts/move-baseline.sh</c> at a release; docs/adr/0019).
/// </summary>
public sealed class ContractTests : IDisposable
{
    private static readonly string Buf = Path.Combine(Repository.Root, "scripts/buf.sh");
    private static readonly string Baseline = Path.Combine(Repository.Root, "protos/baseline.txtpb");
    private readonly string copy = Directory.CreateTempSubdirectory("intervision-protos-").FullName;

    /// <summary>What would break a client that nobody told: file, what stands there, what would stand there, what buf says.</summary>
    public static TheoryData<string, string, string, string> Breaks => new()
    {
        { "intake/v1/intake.proto", "  string question = 15;\n", "", "Previously present field \"15\" with name \"question\"" },
        { "intake/v1/intake.proto", "string question = 15;", "string question = 99;", "\"question\"" },
        { "intake/v1/intake.proto", "string question = 15;", "bytes question = 15;", "changed type from \"string\" to \"bytes\"" },
        { "intake/v1/intake.proto", "string question = 15;", "string asked = 15;", "changed name from \"question\" to \"asked\"" },
        { "intake/v1/intake.proto", "repeated string products = 14;", "string products = 14;", "cardinality" },
        { "intake/v1/intake.proto", "  rpc SubmitCase(SubmitCaseRequest) returns (SubmitCaseResponse);\n", "", "Previously present RPC \"SubmitCase\"" },
        { "intake/v1/intake.proto", "returns (stream WatchCasesResponse)", "returns (WatchCasesResponse)", "server streaming" },
        { "intake/v1/case.proto", "CASE_STATE_CLOSED = 12;", "CASE_STATE_ENDED = 12;", "CASE_STATE_CLOSED" },
        { "intake/v1/case.proto", "\"Intervision.Intake.V1\"", "\"Intervision.Intake\"", "csharp_namespace" },
        { "intake/events/v1/intake_events.proto", "message CaseReady {", "message CaseReadyNow {", "CaseReady" },
    };

    [Fact]
    public async Task Buf_has_nothing_to_say_of_the_contract()
    {
        var (exit, said) = await Run(Repository.Root, "lint");
        Assert.True(exit == 0, said);
    }

    [Fact]
    public async Task Nothing_that_was_published_is_broken()
    {
        var (exit, said) = await Run(Repository.Root, "breaking", "--against", Baseline);
        Assert.True(exit == 0, said);
    }

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task A_planted_break_is_found(string file, string before, string after, string expected)
    {
        await Plant(file, before, after);
        var (exit, said) = await Run(copy, "breaking", "--against", Baseline);
        Assert.Equal(100, exit);
        Assert.Contains(expected, said);
    }

    [Fact]
    public async Task What_is_added_breaks_nothing()
    {
        await Plant("intake/v1/intake.proto", "  string question = 15;\n", "  string question = 15;\n  // New.\n  string added = 999;\n");
        await Plant("intake/v1/case.proto", "CASE_STATE_CLOSED = 12;", "CASE_STATE_CLOSED = 12;\n  // New.\n  CASE_STATE_ADDED = 999;");
        await Plant(
            "intake/v1/intake.proto",
            "  rpc SubmitCase(SubmitCaseRequest)",
            "  // New.\n  rpc AddedCase(AddedCaseRequest) returns (AddedCaseResponse);\n  rpc SubmitCase(SubmitCaseRequest)");
        await File.AppendAllTextAsync(
            Path.Combine(copy, "protos/intervision/intake/v1/intake.proto"), "\n// New.\nmessage AddedCaseRequest {}\n// New.\nmessage AddedCaseResponse {}\n");
        var (exit, said) = await Run(copy, "breaking", "--against", Baseline);
        Assert.True(exit == 0, said);
    }

    public void Dispose() => Directory.Delete(copy, recursive: true);

    /// <summary>In a copy of the contract.</summary>
    private async Task Plant(string file, string before, string after)
    {
        if (!File.Exists(Path.Combine(copy, "buf.yaml")))
        {
            File.Copy(Path.Combine(Repository.Root, "buf.yaml"), Path.Combine(copy, "buf.yaml"));
            foreach (var proto in Repository.Files("*.proto").Where(p => p.StartsWith("protos/", StringComparison.Ordinal)))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, proto))!);
                File.Copy(Path.Combine(Repository.Root, proto), Path.Combine(copy, proto));
            }
        }

        var path = Path.Combine(copy, "protos/intervision", file);
        var text = await File.ReadAllTextAsync(path);
        Assert.Contains(before, text);
        await File.WriteAllTextAsync(path, text.Replace(before, after, StringComparison.Ordinal));
    }

    private static async Task<(int Exit, string Said)> Run(string folder, params string[] arguments)
    {
        var info = new ProcessStartInfo(Buf, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(info)!;
        var said = process.StandardOutput.ReadToEndAsync();
        var wrong = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await said + wrong);
    }
}
