using System.Globalization;
using Grpc.Core;
using Intervision.ServiceDefaults.Grpc;
using Microsoft.Extensions.Hosting;

namespace Intervision.ServiceDefaults.Time;

/// <summary>
/// The instant of a call. In Development only, metadata <c>x-intervision-now</c> (RFC 3339) overrides it, so that a
/// season can be played in a minute; elsewhere the header is refused (DESIGN §2.8, §7.20).
/// </summary>
public sealed class CallClock(TimeProvider time, IHostEnvironment environment)
{
    public const string Header = "x-intervision-now";

    /// <exception cref="RuleBroken">CLOCK_OVERRIDE_REFUSED or CLOCK_OVERRIDE_INVALID.</exception>
    public DateTimeOffset Now(Metadata headers)
    {
        var said = headers.GetValue(Header);
        if (said is null)
        {
            return ToMicrosecond(time.GetUtcNow());
        }

        if (!environment.IsDevelopment())
        {
            throw RuleBroken.Invalid(Header, "CLOCK_OVERRIDE_REFUSED", "L'horloge ne peut être remplacée qu'en développement.");
        }

        return DateTimeOffset.TryParse(said, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var now)
            ? ToMicrosecond(now)
            : throw RuleBroken.Invalid(Header, "CLOCK_OVERRIDE_INVALID", "L'instant donné n'est pas au format RFC 3339.");
    }

    /// <summary>What PostgreSQL keeps: an instant read back is the instant written, and never later than it.</summary>
    private static DateTimeOffset ToMicrosecond(DateTimeOffset instant) => instant.AddTicks(-(instant.Ticks % TimeSpan.TicksPerMicrosecond));
}
