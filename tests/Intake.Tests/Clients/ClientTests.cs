using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Intervision.Intake.V1;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests.Clients;

/// <summary>The clients of <c>clients/</c> against a running Intake, with the request of <c>docs/cpts-integration.md</c>.</summary>
public sealed partial class ClientTests(ServedRegion intake) : IClassFixture<ServedRegion>, IDisposable
{
    private const string Cpts = "organisations/99900180300017";
    private readonly string folder = Directory.CreateTempSubdirectory("intervision-client-").FullName;

    [Theory]
    [InlineData("node")]
    [InlineData("csharp")]
    public async Task Deposits_what_the_guide_shows_and_again_without_doing_it_twice(string client)
    {
        var request = Request();
        var (exit, said) = await Submit(client, request);
        Assert.True(exit == 0, said);
        Assert.Matches("^cases/SIT-[0-9A-Z]{4}-[0-9A-Z]{4} CASE_STATE_SUBMITTED .+", said);
        Assert.Equal((0, said), await Submit(client, request));
        // The same through the other door: external_id alone names it.
        var (_, byNumber) = await Submit(client, request, r => r["request_id"] = IntakeFixture.NewId());
        Assert.Equal(CodeOf(said), CodeOf(byNumber));
    }

    [Theory]
    [InlineData("node")]
    [InlineData("csharp")]
    public async Task Says_why_a_deposit_is_refused(string client)
    {
        var (exit, said) = await Submit(client, Request(), r => r["question"] = "Comment joindre la patiente au 06 12 34 56 78 ?");
        Assert.Equal(1, exit);
        Assert.StartsWith("IDENTIFYING_TEXT: ", said);
        Assert.Contains("\nquestion: ", said);
        var (_, denied) = await Submit(client, Request(), r => r["commune"] = "02691");
        Assert.StartsWith("PERMISSION_DENIED: Vous n'avez pas accès", denied);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("csharp")]
    public async Task Is_patient_with_a_service_that_is_starting(string client)
    {
        await intake.Kill();
        var deposit = Submit(client, Request());
        await intake.Serve();
        var (exit, said) = await deposit;
        Assert.True(exit == 0, said);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("csharp")]
    public async Task Follows_through_a_crash_of_the_service_and_its_own(string client)
    {
        var found = await Deposited();
        var position = Path.Combine(folder, "position");
        // Only this one: its own CPTS has others from other tests.
        using (var watch = await ClientProgram.Start(client, intake, Token(), "watch", position))
        {
            await Eventually.IsTrue(() => Task.FromResult(watch.Lines.Contains($"{found.Name} CASE_STATE_SUBMITTED")), "it knows where the case stands");
            await intake.Kill();
            found = await Take(found);
            await intake.Serve();
            await Eventually.IsTrue(() => Task.FromResult(watch.Lines.Contains($"{found.Name} CASE_STATE_IN_TRIAGE")), "it comes back", TimeSpan.FromSeconds(40));
            Assert.Equal(watch.Lines.Distinct(), watch.Lines);
        }

        await Reject(found);
        using var again = await ClientProgram.Start(client, intake, Token(), "watch", position);
        await Eventually.IsTrue(() => Task.FromResult(again.Lines.Contains($"{found.Name} CASE_STATE_INADMISSIBLE")), "it goes on where it was", TimeSpan.FromSeconds(40));
        // Killed between what it handled and keeping where it was, it is told that one again: that one only.
        Assert.DoesNotContain($"{found.Name} CASE_STATE_SUBMITTED", again.Lines);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("csharp")]
    public async Task Begins_anew_when_its_position_is_worth_nothing_and_stops_when_its_token_is_not(string client)
    {
        var found = await Deposited();
        var position = Path.Combine(folder, "position");
        await File.WriteAllTextAsync(position, "nonsense");
        using var watch = await ClientProgram.Start(client, intake, Token(), "watch", position);
        await Eventually.IsTrue(() => Task.FromResult(watch.Lines.Contains($"{found.Name} CASE_STATE_SUBMITTED")), "it begins anew");
        var (exit, said) = await ClientProgram.Run(client, intake, "not a token", "watch", position);
        Assert.True(exit == 1, said);
    }

    [Theory]
    [InlineData("js", "clients/node/intervision.js")]
    [InlineData("csharp", "clients/csharp/Intake.cs", "clients/csharp/Refusal.cs")]
    public void The_guide_shows_what_the_clients_do(string language, params string[] files)
    {
        var sources = files.Select(f => Unindented(File.ReadAllText(Path.Combine(ServedRegion.Root, f)))).ToList();
        var shown = Shown().Matches(Guide()).Where(m => m.Groups["language"].Value == language).Select(m => Unindented(m.Groups["code"].Value)).ToList();
        Assert.NotEmpty(shown);
        Assert.All(shown, excerpt => Assert.Contains(sources, source => source.Contains(excerpt, StringComparison.Ordinal)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>The JSON that the guide gives to grpcurl, with numbers of its own.</summary>
    private static JsonObject Request()
    {
        var request = JsonNode.Parse(Sample().Match(Guide()).Groups["json"].Value)!.AsObject();
        (request["request_id"], request["external_id"]) = (IntakeFixture.NewId(), IntakeFixture.NewId());
        return request;
    }

    private async Task<(int Exit, string Said)> Submit(string client, JsonObject request, Action<JsonObject>? change = null)
    {
        change?.Invoke(request);
        var file = Path.Combine(folder, $"{IntakeFixture.NewId()}.json");
        await File.WriteAllTextAsync(file, request.ToJsonString());
        return await ClientProgram.Run(client, intake, Token(), "submit", file);
    }

    private async Task<Case> Deposited()
    {
        var request = Google.Protobuf.JsonParser.Default.Parse<SubmitCaseRequest>(Request().ToJsonString());
        var name = (await intake.Intake.SubmitCaseAsync(request, Tokens.As(Tokens.Cpts(Cpts)))).Case.Name;
        return (await intake.Intake.GetCaseAsync(new GetCaseRequest { Name = name }, Tokens.As(Tokens.Coordinator()))).Case;
    }

    private async Task<Case> Take(Case found) => (await intake.Intake.TakeCaseAsync(
        new TakeCaseRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag }, Tokens.As(Tokens.Coordinator()))).Case;

    private async Task Reject(Case found) => await intake.Intake.RejectCaseAsync(
        new RejectCaseRequest { RequestId = IntakeFixture.NewId(), Name = found.Name, Etag = found.Etag, Reason = "AUTRE" }, Tokens.As(Tokens.Coordinator()));

    private static string Token() => Tokens.Mint(Tokens.Cpts(Cpts));

    private static string CodeOf(string said) => said.Split(' ')[0];

    private static string Guide() => File.ReadAllText(Path.Combine(ServedRegion.Root, "docs/cpts-integration.md"));

    private static string Unindented(string code) => string.Join('\n', code.Split('\n').Select(line => line.Trim())).Trim();

    [GeneratedRegex(@"<< 'EOF'\n(?<json>.*?)\nEOF", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Sample();

    [GeneratedRegex(@"```(?<language>js|csharp)\n(?<code>.*?)\n```", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Shown();
}
