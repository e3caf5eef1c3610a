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

    /// <param name="endsBefore">Only those in force today whose last day comes before; null for all.</param>
    public static Task<IReadOnlyList<StoredConvention>> Page(Tx tx, string? after, int limit, string? organisation, DateOnly? endsBefore, DateOnly today) =>
        tx.Query<StoredConvention>(
            $"""
            select {Columns} from convention
            where (@after::uuid is null or convention_id > @after::uuid) and (@organisation::text is null or organisation = @organisation)
              and (@endsBefore::date is null or (
                (state = 2 or terminate_date is not null) and start_date <= @today
                and coalesce(terminate_date, end_date) >= @today and coalesce(terminate_date, end_date) < @endsBefore))
            order by convention_id limit @limit
            """,
            new { after, limit, organisation, endsBefore, today });

    public static Task<IReadOnlyList<StoredConvention>> Where(Tx tx, string condition, object parameters) =>
        tx.Query<StoredConvention>($"select {Columns} from convention where {condition} order by organisation, start_date, convention_id", parameters);

    public static Task<StoredConvention?> Find(Tx tx, Guid id) =>
        tx.SingleOrDefault<StoredConvention>($"select {Columns} from convention where convention_id = @id", new { id });

    /// <summary>Saves a new one (version 1), or what the version before has become.</summary>
    /// <remarks>Under the lock of its organisation, which keeps the version from changing meanwhile.</remarks>
    public static Task<int> Save(Tx tx, StoredConvention convention) =>
        tx.Execute(
            $"""
            insert into convention as c ({Columns})
            values (
              @ConventionId, @Organisation, @SignedDate, @StartDate, @EndDate, @State, @TerminateDate, @HostKinds, @HostDetails, @AssociationKinds,
              @AssociationDetails, @DocumentSha256, @Renews, @Version, @UpdateTime)
            on conflict (convention_id) do update set
              signed_date = excluded.signed_date, start_date = excluded.start_date, end_date = excluded.end_date, state = excluded.state,
              terminate_date = excluded.terminate_date, host_kinds = excluded.host_kinds, host_details = excluded.host_details,
              association_kinds = excluded.association_kinds, association_details = excluded.association_details,
              document_sha256 = excluded.document_sha256, version = excluded.version, update_time = excluded.update_time
            """,
            new
            {
                convention.ConventionId, convention.Organisation, convention.SignedDate, convention.StartDate, convention.EndDate,
                State = (short)convention.State, convention.TerminateDate, convention.HostKinds, convention.HostDetails, convention.AssociationKinds,
                convention.AssociationDetails, convention.DocumentSha256, convention.Renews, convention.Version, convention.UpdateTime,
            });

    /// <summary>Pôles not closed where an organisation is a host, usual or other, and no host has a convention in force on a day.</summary>
    public static Task<IReadOnlyList<string>> PolesWithoutHost(Tx tx, string organisation, DateOnly day) =>
        tx.Query<string>(
            """
            with hosting as (
              select code as pole, host as organisation from pole where host is not null union select pole, organisation from pole_host)
            select 'poles/' || p.code from pole p
            where p.state <> 4 and exists (select from hosting h where h.pole = p.code and h.organisation = @organisation)
              and not exists (
                select from hosting h join convention c on c.organisation = h.organisation
                where h.pole = p.code and (c.state = 2 or c.terminate_date is not null)
                  and @day between c.start_date and coalesce(c.terminate_date, c.end_date))
            order by p.code
            """,
            new { organisation, day });
}

/// <summary>A convention as stored.</summary>
internal sealed record StoredConvention
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
