namespace Intervision.Demo.Suite;

/// <summary>Where the suite answers and where it keeps its keys.</summary>
/// <param name="Folder">The app host's data folder: <c>secrets/</c> is in it; the demo adds <c>demo/</c>.</param>
internal sealed record SuiteOptions(string Folder, string Membership, string Intake, string Scheduling, string Indemnisation, string Amqp)
{
    public string Secrets => Path.Combine(Folder, "secrets");

    /// <summary>Where the demo remembers which events it has counted.</summary>
    public string Memory => Path.Combine(Folder, "demo");

    /// <summary>The app host's default folder: <c>INTERVISION_DATA</c>, else <c>.data</c> here.</summary>
    public static string DefaultFolder =>
        Environment.GetEnvironmentVariable("INTERVISION_DATA") is { Length: > 0 } folder ? folder : ".data";

    /// <summary>The app host's page.</summary>
    public static string Page => $"http://localhost:{PortOf("page", 18888)}";

    /// <summary><c>Ports__{name}</c> as the app host reads it, else the port it takes by default.</summary>
    public static string Grpc(string service, int port) =>
        $"http://localhost:{PortOf($"{service}-grpc", port)}";

    /// <summary>
    /// <c>ConnectionStrings__rabbitmq</c>, else the app host's own broker with the password it generated.
    /// </summary>
    public static string DefaultAmqp(string folder)
    {
        if (Environment.GetEnvironmentVariable("ConnectionStrings__rabbitmq") is { Length: > 0 } uri)
        {
            return uri;
        }

        var file = Path.Combine(folder, "secrets", "rabbitmq-password");
        var password = File.Exists(file) ? File.ReadAllText(file).Trim() : "guest";
        return $"amqp://guest:{Uri.EscapeDataString(password)}@localhost:{PortOf("rabbitmq", 56720)}";
    }

    private static string PortOf(string name, int otherwise) =>
        Environment.GetEnvironmentVariable($"Ports__{name}") is { Length: > 0 } port
            ? port
            : otherwise.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
