namespace Grpc.AspNetCore.HealthChecks;

public class GrpcHealthChecksOptions
{
    /// <summary>Which health checks answer for which service name; at first all of them for the empty name, the server as a whole.</summary>
    public ServiceMappingCollection Services { get; } = new();
}

/// <summary>Service names and the health checks that answer for each.</summary>
public class ServiceMappingCollection
{
    private readonly Dictionary<string, Func<HealthCheckMapContext, bool>> _byName = new(StringComparer.Ordinal) { [""] = _ => true };

    /// <summary>Replaces what the name was mapped to.</summary>
    public void Map(string name, Func<HealthCheckMapContext, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(predicate);
        _byName[name] = predicate;
    }

    public void Clear() => _byName.Clear();

    internal Func<HealthCheckMapContext, bool>? Find(string name) => _byName.GetValueOrDefault(name);
}

/// <summary>A health check that may or may not answer for a service.</summary>
public sealed class HealthCheckMapContext
{
    internal HealthCheckMapContext(string name, IEnumerable<string> tags) => (Name, Tags) = (name, tags);

    public string Name { get; }
    public IEnumerable<string> Tags { get; }
}
