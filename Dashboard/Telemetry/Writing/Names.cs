using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using OpenTelemetry.Proto.Resource.V1;
using SQLitePCL;

namespace Intervision.Dashboard.Telemetry.Writing;

/// <summary>A resource as rows refer to it. A service started twice is one service and two resources.</summary>
internal sealed record Sender(long Resource, long Service);

/// <summary>The ids of services, resources and scopes. A sender that invents ever new names is refused beyond a bound.</summary>
internal sealed class Names(SqliteConnection connection) : IDisposable
{
    private const int Most = 10_000;
    private readonly Dictionary<UInt128, Sender> resources = [];
    private readonly Dictionary<string, long> services = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> scopes = new(StringComparer.Ordinal);
    private readonly HashSet<long> seen = [];
    private readonly Statement findService = new(connection, "select id from service where name = ?");
    private readonly Statement addService = new(connection, "insert into service (name) values (?)");
    private readonly Statement findScope = new(connection, "select id from scope where name = ?");
    private readonly Statement addScope = new(connection, "insert into scope (name) values (?)");
    private readonly Statement addResource = new(connection, """
        insert into resource (service, instance, detail, seen, key) values (?, ?, ?, ?, ?)
        on conflict (key) do update set seen = excluded.seen
        """);
    private readonly Statement findResource = new(connection, "select id from resource where key = ?");
    private readonly Statement see = new(connection, "update resource set seen = ? where id = ?");

    /// <returns>Null when there are too many.</returns>
    public Sender? Resource(Resource? resource, long arrival)
    {
        // Known by their hash, however much they say of themselves.
        var bytes = (resource ?? new Resource()).ToByteArray();
        Span<byte> key = stackalloc byte[32];
        SHA256.HashData(bytes, key);
        var id = BinaryPrimitives.ReadUInt128BigEndian(key);
        if (resources.TryGetValue(id, out var known))
        {
            seen.Add(known.Resource);
            return known;
        }

        if (resources.Count >= Most)
        {
            return null;
        }

        var service = Service(Name(resource));
        var instance = resource?.Attributes.FirstOrDefault(a => a.Key == "service.instance.id")?.Value;
        addResource.Bind(service).Bind(instance is null ? null : Values.Text(instance)).Bind(bytes).Bind(arrival).Bind(key).Run();
        return resources[id] = new Sender(findResource.Bind(key).First(r => raw.sqlite3_column_int64(r, 0)), service);
    }

    public long Scope(string name)
    {
        name = Values.Cut(name, 256);
        return scopes.TryGetValue(name, out var id) ? id
            : scopes.Count < Most ? scopes[name] = Id(findScope, addScope, name)
            : Id(findScope, addScope, "…");
    }

    /// <summary>When each resource last said something: once per batch.</summary>
    public void Flush(long arrival)
    {
        foreach (var id in seen)
        {
            see.Bind(arrival).Bind(id).Run();
        }

        seen.Clear();
    }

    public static string Name(Resource? resource) =>
        resource?.Attributes.FirstOrDefault(a => a.Key == "service.name")?.Value is { } name && Values.Text(name) is { Length: > 0 } text ? Values.Cut(text, 256) : "(sans nom)";

    public void Dispose()
    {
        foreach (var statement in (Statement[])[findService, addService, findScope, addScope, addResource, findResource, see])
        {
            statement.Dispose();
        }
    }

    private long Service(string name) => services.TryGetValue(name, out var id) ? id : services[name] = Id(findService, addService, name);

    private static long Id(Statement find, Statement add, string name) =>
        find.Bind(name).First<long?>(r => raw.sqlite3_column_int64(r, 0)) ?? add.Bind(name).Insert()!.Value;
}
