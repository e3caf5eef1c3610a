using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Organisations;

/// <summary>A convention as stored.</summary>
internal sealed class StoredConvention
{
    public Guid ConventionId { get; init; }

    public string Organisation { get; init; } = "";

    public DateOnly SignedDate { get; init; }

    /// <summary>Inclusive.</summary>
    public DateOnly EndDate { get; init; }

    public string Name => $"{Names.Conventions}{ConventionId}";

    /// <summary>Whether this is the said convention, unchanged.</summary>
    public bool Covers(Convention said) => SignedDate == said.SignedDate.ToDate() && EndDate == said.EndDate.ToDate();

    public Convention ToProto(DateOnly today) => new()
    {
        Name = Name,
        Organisation = Names.Organisations + Organisation,
        SignedDate = SignedDate.ToProto(),
        EndDate = EndDate.ToProto(),
        State = Conventions.StateOn(today, SignedDate, EndDate),
    };
}

/// <summary>The rules of conventions: one at a time per organisation; renewal without overlap.</summary>
internal static class Conventions
{
    /// <summary>A signature to come is a draft still; the last day counts.</summary>
    public static Convention.Types.State StateOn(DateOnly date, DateOnly signed, DateOnly end) =>
        date < signed ? Convention.Types.State.Draft : date <= end ? Convention.Types.State.Signed : Convention.Types.State.Expired;

    /// <summary>
    /// The stored convention that the said one would overlap, if any. The same day of signature means the same
    /// convention, whose end moves.
    /// </summary>
    public static StoredConvention? Overlapping(Convention? said, IEnumerable<StoredConvention> stored) =>
        said?.SignedDate.ToDate() is { } signed && said.EndDate.ToDate() is { } end
            ? stored.FirstOrDefault(c => c.SignedDate != signed && c.SignedDate <= end && signed <= c.EndDate)
            : null;

    public static ConventionChanged ConventionChanged(string organisation, IEnumerable<StoredConvention> all, DateOnly today) => new()
    {
        Organisation = organisation,
        Conventions = { all.Select(c => c.ToProto(today)) },
    };

    public static OrganisationChanged OrganisationChanged(
        Organisation content, long version, IEnumerable<StoredConvention> conventions, DateOnly today)
    {
        var organisation = content.Clone();
        organisation.Etag = Etag.Of(version);
        organisation.Convention = conventions.LastOrDefault()?.ToProto(today);
        return new OrganisationChanged { Organisation = organisation };
    }
}
