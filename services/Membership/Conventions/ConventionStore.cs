using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Conventions;

/// <summary>SQL of conventions.</summary>
internal static class ConventionStore
{
    private const string Columns =
        """
        convention_id, organisation, signed_date, start_date, end_date, state, terminate_date, host_kinds, host_details, association_kinds,
        association_details, document_sha256, renews, version, update_time
        """;

    /// <summary>All conventions of these organisations, by first day.</summary>
    public static Task<IReadOnlyList<StoredConvention>> OfOrganisations(Tx tx, string[] organisations) =>
        tx.Query<StoredConvention>(
            $"select {Columns} from convention where organisation = any(@organisations) order by organisation, start_date, convention_id", new { organisations });
}

/// <summary>A convention as stored.</summary>
internal sealed class StoredConvention
{
    public Guid ConventionId { get; init; }

    public string Organisation { get; init; } = "";

    public DateOnly? SignedDate { get; init; }

    public DateOnly StartDate { get; init; }

    /// <summary>Inclusive.</summary>
    public DateOnly EndDate { get; init; }

    /// <summary>DRAFT, SIGNED or TERMINATED: whether it has expired depends on the day.</summary>
    public Convention.Types.State State { get; init; }

    /// <summary>Inclusive.</summary>
    public DateOnly? TerminateDate { get; init; }

    public int[] HostKinds { get; init; } = [];

    public string HostDetails { get; init; } = "";

    public int[] AssociationKinds { get; init; } = [];

    public string AssociationDetails { get; init; } = "";

    public byte[]? DocumentSha256 { get; init; }

    public Guid? Renews { get; init; }

    public long Version { get; init; }

    public DateTimeOffset UpdateTime { get; init; }

    public string Name => $"{Names.Conventions}{ConventionId}";

    /// <summary>Last day in force, inclusive.</summary>
    public DateOnly LastDate => TerminateDate ?? EndDate;

    /// <summary>Signed, whether or not it was ended since: it was in force for a time.</summary>
    public bool IsAgreed => State == Convention.Types.State.Signed || TerminateDate is not null;

    /// <summary>Never was in force, and never will be.</summary>
    public bool IsGivenUp => State == Convention.Types.State.Terminated && TerminateDate is null;

    public Convention ToProto(DateOnly today) => new()
    {
        Name = Name,
        Organisation = Names.Organisations + Organisation,
        SignedDate = SignedDate?.ToProto(),
        StartDate = StartDate.ToProto(),
        EndDate = EndDate.ToProto(),
        State = ConventionRules.StateOn(this, today),
        HostContribution = Contribution(HostKinds, HostDetails),
        AssociationContribution = Contribution(AssociationKinds, AssociationDetails),
        DocumentSha256 = DocumentSha256 is null ? "" : Convert.ToHexStringLower(DocumentSha256),
        TerminateDate = TerminateDate?.ToProto(),
        Renews = Renews is null ? "" : $"{Names.Conventions}{Renews}",
        Etag = Etag.Of(Version),
    };

    private static Contribution? Contribution(int[] kinds, string details) =>
        kinds.Length == 0 && details.Length == 0
            ? null
            : new Contribution { Kinds = { kinds.Select(k => (Contribution.Types.Kind)k) }, Details = details };
}
