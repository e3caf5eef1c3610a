using Intervision.Scheduling.Directory;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Feeds;

/// <summary>A row of <c>calendar_feed</c>.</summary>
internal sealed class FeedRow
{
    public const string Collection = "calendarFeeds/";

    public Guid Id { get; init; }

    public string Professional { get; init; } = "";

    public string Pole { get; init; } = "";

    public DateTimeOffset CreateTime { get; init; }

    public DateTimeOffset? RevokeTime { get; init; }

    public CalendarFeed ToProto() => new()
    {
        Name = $"{Collection}{Id}",
        Professional = Professional,
        Pole = Pole,
        CreateTime = CreateTime.ToProto(),
        RevokeTime = RevokeTime?.ToProto(),
        Etag = Etag.Of(RevokeTime is null ? 1 : 2),
    };
}

/// <summary>Whose calendars somebody may make, see and revoke.</summary>
internal static class FeedOwner
{
    /// <exception cref="RuleBroken">PERMISSION_DENIED for another's; FEED_OWNER_INVALID unless exactly one is said.</exception>
    public static async Task MustBeOwn(Tx tx, Caller caller, string professional, string pole)
    {
        if ((professional.Length == 0) == (pole.Length == 0))
        {
            throw RuleBroken.Invalid("professional", "FEED_OWNER_INVALID", "Un agenda est celui d'une personne ou celui d'un pôle : dites l'un des deux.");
        }

        if (!await IsOwn(tx, caller, professional, pole))
        {
            throw RuleBroken.Denied();
        }
    }

    /// <summary>Oneself; or coordinator, référent, host coordinator of the pôle.</summary>
    public static async Task<bool> IsOwn(Tx tx, Caller caller, string professional, string pole) => professional.Length > 0
        ? professional.StartsWith("professionals/", StringComparison.Ordinal) && (await People.NamesOf(tx, caller)).Contains(professional)
        : caller.Has(Roles.Coordinator) || caller.IsOf(pole);
}
