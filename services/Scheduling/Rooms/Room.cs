using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Scheduling.Rooms;

/// <summary>A place of a host where a session can be held.</summary>
internal sealed class Room
{
    public const string Collection = "rooms/";

    public Guid Id { get; init; }

    public string Name => $"{Collection}{Id}";

    public string Host { get; init; } = "";

    public string DisplayName { get; init; } = "";

    public int Seats { get; init; }

    public bool Accessible { get; init; }

    public bool Retired { get; init; }

    public long Version { get; init; }

    public DateTimeOffset ChangeTime { get; init; }

    /// <summary>Null when it is no name of a room.</summary>
    public static Guid? IdOf(string name) =>
        name.StartsWith(Collection, StringComparison.Ordinal) && Guid.TryParseExact(name[Collection.Length..], "D", out var id) ? id : null;

    public static Task<Room?> Find(Tx tx, string name, bool locked = false) =>
        tx.SingleOrDefault<Room>($"select * from room where id = @id {(locked ? "for no key update" : "")}", new { id = IdOf(name) });

    public V1.Room ToProto() => new()
    {
        Name = Name, Host = Host, DisplayName = DisplayName, Seats = Seats, Accessible = Accessible, Retired = Retired, Etag = Etag.Of(Version),
    };
}
