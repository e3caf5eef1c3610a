namespace Intervision.AppHost.Publish;

/// <summary>The application model as whoever runs it elsewhere needs it: no value of this machine is in it.</summary>
internal sealed record Deployment(
    Server Postgres, Server RabbitMq, IReadOnlyList<Parameter> Parameters, IReadOnlyList<Service> Services)
{
    public Parameter Parameter(string name) => Parameters.First(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A server that the services use: its name, its port, and which parameters are its first user and that one's password.</summary>
internal sealed record Server(string Name, int Port, Text User, Text Password);

/// <summary>A value to be given; <paramref name="Otherwise"/> is what it is when nobody does, null when it must be.</summary>
/// <param name="IsFile">See <see cref="ReadAsFile"/>.</param>
internal sealed record Parameter(string Name, bool IsSecret, string Purpose, string? Otherwise, bool IsFile)
{
    /// <summary>intake-master-key → INTAKE_MASTER_KEY.</summary>
    public string Variable => Name.Replace('-', '_').ToUpperInvariant();

    /// <summary>intake-master-key → intakeMasterKey.</summary>
    public string Property => string.Concat(Name.Split('-').Select((word, i) => i == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}

/// <summary>A service and the step that prepares its database.</summary>
internal sealed record Service(
    string Name, IReadOnlyList<Port> Ports, IReadOnlyDictionary<string, Text> Environment, Step? Migration,
    IReadOnlyList<string> Calls, IReadOnlyList<string> PublicPages, IReadOnlyList<KeptFolder> Folders,
    IReadOnlyList<Errand> Errands)
{
    public string Image => $"intervision/{Name}";

    public Port Port(string name) => Ports.First(p => p.Name == name);

    /// <summary>For callers from outside, or with pages for everybody's browser.</summary>
    public IEnumerable<Port> Outside => Ports.Where(p => p.IsExternal || (p.Name == "http" && PublicPages.Count > 0));
}

/// <summary>Runs to its end before the service starts.</summary>
internal sealed record Step(string Name, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, Text> Environment);

/// <param name="IsHttp2">gRPC.</param>
/// <param name="IsExternal">Meant for callers from outside.</param>
internal sealed record Port(string Name, int Number, bool IsHttp2, bool IsExternal);

/// <summary>A text with holes: what stands in a hole is known where the suite is installed.</summary>
internal sealed record Text(IReadOnlyList<object> Parts)
{
    public IEnumerable<Hole> Holes => Parts.OfType<Hole>();

    /// <summary>Each hole filled by <paramref name="fill"/>.</summary>
    public string With(Func<Hole, string> fill) => string.Concat(Parts.Select(part => part is Hole hole ? fill(hole) : (string)part));
}

/// <summary><c>{rabbitmq.bindings.tcp.port}</c>: <paramref name="Path"/> of <paramref name="Resource"/>, in lower case.</summary>
internal sealed record Hole(string Resource, string Path)
{
    public bool IsParameter => Path == "value";
}
