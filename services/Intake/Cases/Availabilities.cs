using System.Globalization;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Cases;

/// <summary>Half days on which people can come, kept as <c>2026-10-02/Noon</c>.</summary>
internal static class Availabilities
{
    public static bool IsValid(Availability availability) =>
        availability.Date.ToDate() is not null
        && availability.HalfDay != Availability.Types.HalfDay.Unspecified
        && Enum.IsDefined(availability.HalfDay);

    /// <summary>Today's may still be kept, whatever the hour. A date that is none is refused, not past.</summary>
    public static bool IsPast(Availability availability, DateOnly today) => availability.Date.ToDate() < today;

    /// <summary>What is not kept of a request, for its author: software may push it long after it was written.</summary>
    public static IEnumerable<TextWarning> Dropped(IEnumerable<Availability> said, DateOnly today) =>
        said.Count(a => IsPast(a, today)) is > 0 and var past
            ? [new TextWarning { Field = "availabilities", Reason = "AVAILABILITY_PAST", Message = $"{past} disponibilité(s) d'une date passée : non retenue(s)." }]
            : [];

    public static string[] ToStored(IEnumerable<Availability> availabilities) =>
    [
        .. availabilities
            .Select(a => $"{a.Date.ToDate()!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}/{a.HalfDay}")
            .Distinct(StringComparer.Ordinal),
    ];

    public static IEnumerable<Availability> FromStored(IEnumerable<string> stored) =>
        from text in stored
        let slash = text.IndexOf('/', StringComparison.Ordinal)
        select new Availability
        {
            Date = DateOnly.ParseExact(text.AsSpan(0, slash), "yyyy-MM-dd", CultureInfo.InvariantCulture).ToProto(),
            HalfDay = Enum.Parse<Availability.Types.HalfDay>(text.AsSpan(slash + 1)),
        };
}
