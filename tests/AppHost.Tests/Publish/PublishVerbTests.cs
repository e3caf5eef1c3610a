using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Intervision.AppHost.Tests.Publish;

/// <summary>
/// <c>publish --output DIR</c>, as a process. <c>APPROVE=1</c> rewrites what was approved, in <c>Approved/</c>: the files that
/// the model decides, and the charts as helm renders them.
/// </summary>
public sealed class PublishVerbTests : IDisposable
{
    private static readonly string Root = typeof(PublishVerbTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "RepositoryRoot").Value!;
    private static readonly string Approved = Path.Combine(Root, "tests/AppHost.Tests/Publish/Approved");
    private static readonly string Templates = Path.Combine(Root, "AppHost/Publish/Charts");

    private readonly string _folder = Directory.CreateTempSubdirectory("intervision-publish-").FullName;

    private string Output => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_the_model_decides_is_what_was_approved()
    {
        await Published();
        var templates = Directory.EnumerateFiles(Templates, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Templates, f)).ToHashSet();
        foreach (var file in Directory.EnumerateFiles(Output, "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(Output, file);
            if (path.StartsWith("helm/", StringComparison.Ordinal) && templates.Remove(path[5..]))
            {
                Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Templates, path[5..])), await File.ReadAllTextAsync(file));
            }
            else
            {
                // Under another name: a .env is not looked at by many a tool.
                await IsApproved(path.Replace(".env", "env.txt", StringComparison.Ordinal), await File.ReadAllTextAsync(file));
            }
        }
        Assert.Empty(templates);
    }

    /// <summary>Kubernetes' and Compose's schemas, by packages of others and by helm itself: tests/deployment-checks.</summary>
    [Fact]
    public async Task What_is_published_is_valid_by_the_schemas_of_others()
    {
        await Published();
        var (code, said, errors) = await Checked();
        Assert.True(code == 0, errors);
        Assert.Matches("[6-9][0-9] objects are valid", said);
        foreach (var chart in (string[])["servers", "postgres-restored", "suite"])
        {
            await IsApproved($"rendered/{chart}.yaml", await File.ReadAllTextAsync(Path.Combine(Output, "rendered", $"{chart}.yaml")));
        }
    }

    /// <summary>A check that finds nothing wrong with what is wrong would be none.</summary>
    [Theory]
    [InlineData("helm/suite/templates/deployments.yaml", "maxUnavailable: 0", "maxUnavaillable: 0", "maxUnavaillable is unknown to Kubernetes")]
    [InlineData("helm/suite/templates/scaling.yaml", "name: cpu", "name: 7", "spec/metrics/0/resource/name")]
    [InlineData("helm/suite/templates/routes.yaml", "type: PathPrefix", "type: Prefix", "HTTPRoute/")]
    [InlineData("helm/suite/templates/services.yaml", "{{- end }}", "", "unexpected EOF")]
    [InlineData("helm/suite/templates/network-policies.yaml", "if $published", "if $.Values.gateway.enabled", "NetworkPolicy/indemnisation: ingress[0] lets every port through")]
    [InlineData("helm/servers/templates/postgres.yaml", "instances:", "instance:", "Cluster/postgres")]
    [InlineData("helm/servers/templates/postgres.yaml", "walStorage:", "walStore:", "Cluster/postgres: spec.walStore is unknown to the operator")]
    [InlineData("helm/servers/templates/postgres.yaml", "recoveryTarget:", "recoverTarget:", "Cluster/postgres-2: spec.bootstrap.recovery.recoverTarget is unknown to the operator")]
    [InlineData("helm/servers/templates/monitoring.yaml", "podMetricsEndpoints:", "podMetricEndpoints:", "PodMonitor/")]
    [InlineData("compose/compose.yaml", "condition: service_healthy", "condition: service_well", "/depends_on/postgres/condition")]
    [InlineData("compose/compose.yaml", "cap_drop: [ALL]", "cap_dropp: [ALL]", "cap_dropp")]
    [InlineData("compose/compose.finance.yaml", "networks: [front, inside]", "networks: [inside]", "rabbitmq: its ports are published nowhere")]
    [InlineData("compose/compose.finance.yaml", "rabbitmq:", "broker:", "broker is no service of compose.yaml")]
    [InlineData("compose/.env", "IMAGE_TAG=", "IMAGE_TAGG=", "IMAGE_TAG is not in .env")]
    public async Task What_is_spoilt_is_found(string file, string written, string spoilt, string expected)
    {
        await Published();
        var path = Path.Combine(Output, file);
        var text = await File.ReadAllTextAsync(path);
        var at = text.IndexOf(written, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, text[..at] + spoilt + text[(at + written.Length)..]);

        var (code, _, errors) = await Checked();

        Assert.Equal(1, code);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    /// <summary>Otherwise a load that has the autoscaler add instances would end in "too many clients".</summary>
    [Fact]
    public async Task Connections_of_all_instances_fit_into_the_server()
    {
        await Published();
        var suite = await File.ReadAllTextAsync(Path.Combine(Output, "helm/suite/values.yaml"));
        var servers = await File.ReadAllTextAsync(Path.Combine(Output, "helm/servers/values.yaml"));
        var instances = Numbers(suite, "^      max: (?<number>[0-9]+)$").Sum();
        Assert.Equal(24, instances);
        // Each relay has one of its own, and a migration and the operator theirs.
        const int besides = 2;
        Assert.InRange(instances * (Numbers(suite, "poolSize: (?<number>[0-9]+)").Single() + besides), 1, Numbers(servers, "max_connections: \"?(?<number>[0-9]+)").Single());

        static IEnumerable<int> Numbers(string text, string pattern) =>
            Regex.Matches(text, pattern, RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
                .Select(match => int.Parse(match.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Nothing_of_this_machine_is_read_or_made()
    {
        var data = Path.Combine(_folder, "data");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["INTERVISION_DATA"] = data,
            ["Parameters__postgres_password"] = "hidden-1",
            ["Parameters__intake_master_key"] = "hidden-2",
            ["ConnectionStrings__postgres"] = "Host=hidden-3;Username=hidden-4;Password=hidden-5",
            ["ConnectionStrings__rabbitmq"] = "amqp://hidden-6:hidden-7@hidden-8",
            ["Ports__intake-grpc"] = "16102",
        };
        var (code, said, errors) = await Run(environment, "publish", "--output", Output);
        Assert.True(code == 0, errors);
        Assert.False(Directory.Exists(data));
        Assert.All(Directory.EnumerateFiles(Output, "*", SearchOption.AllDirectories), f => Assert.DoesNotMatch("hidden-|16102|" + Regex.Escape(Environment.MachineName), File.ReadAllText(f)));
        Assert.Contains(Output, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Published_again_the_values_given_meanwhile_stay()
    {
        await Published();
        var env = Path.Combine(Output, "compose/.env");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(env));
        var given = (await File.ReadAllTextAsync(env)).Replace("INTAKE_MASTER_KEY=", "INTAKE_MASTER_KEY=mine", StringComparison.Ordinal).Replace("VIDEO_ROOMS=\n", "", StringComparison.Ordinal);
        await File.WriteAllTextAsync(env, given);

        await Published();

        var keys = (await File.ReadAllLinesAsync(env)).Where(l => l.Contains('=', StringComparison.Ordinal) && !l.StartsWith('#')).ToList();
        Assert.Contains("INTAKE_MASTER_KEY=mine", keys);
        Assert.Single(keys, k => k.StartsWith("VIDEO_ROOMS=", StringComparison.Ordinal));
        Assert.Equal(keys.Count, keys.Select(k => k.Split('=')[0]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(env));
    }

    [Theory]
    [InlineData("Où publier ?", "publish")]
    [InlineData("« --output » : compris de travers", "publish", "--output")]
    [InlineData("« --outpout x » : compris de travers", "publish", "--outpout", "x")]
    [InlineData("Le dossier ne peut pas être écrit : ", "publish", "--output", "/proc/intervision")]
    [InlineData("/etc/hostname est un fichier", "publish", "--output", "/etc/hostname")]
    [InlineData("Le dossier ne peut pas être écrit : ", "publish", "--output", "/etc/hostname/below")]
    public async Task A_folder_that_cannot_be_is_one_sentence(string expected, params string[] arguments)
    {
        var (code, _, errors) = await Run([], arguments);
        Assert.Equal(1, code);
        Assert.StartsWith(expected, errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));
    }

    private static async Task IsApproved(string path, string text)
    {
        var file = Path.Combine(Approved, path);
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text);
        }
        Assert.True(File.Exists(file), $"{path} was never approved: APPROVE=1");
        Assert.Equal(await File.ReadAllTextAsync(file), text);
    }

    private async Task Published()
    {
        var (code, _, errors) = await Run([], "publish", "--output", Output);
        Assert.True(code == 0, errors);
    }

    private Task<(int Code, string Said, string Errors)> Checked() =>
        Run("node", [], [Path.Combine(Root, "tests/deployment-checks/check.mjs"), Output]);

    private static Task<(int Code, string Said, string Errors)> Run(Dictionary<string, string> environment, params string[] arguments) =>
        Run("dotnet", environment, [Path.Combine(AppContext.BaseDirectory, "AppHost.dll"), .. arguments]);

    private static async Task<(int Code, string Said, string Errors)> Run(string command, Dictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token);
        return (process.ExitCode, await said, await errors);
    }
}
