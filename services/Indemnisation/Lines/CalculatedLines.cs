using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>The lines of one session that are approved together.</summary>
internal sealed class SessionLines
{
    public string Session { get; init; } = "";

    public Guid[] Lines { get; init; } = [];

    public long Cents { get; init; }

    /// <summary>Of the line changed last.</summary>
    public DateTimeOffset ChangeTime { get; init; }
}

/// <summary>Lines of a programme calculated and not approved, for one approver: those that concern them are apart.</summary>
/// <param name="Names">All names of the approver.</param>
/// <param name="Certified">Sessions whose sheet the approver certified.</param>
internal sealed record CalculatedLines(string Programme, DateOnly UpTo, string[] Names, string Rpps, string[] Certified)
{
    private const string Calculated =
        """
        l.programme = @Programme and l.session_date <= @UpTo and l.state = 3
        and not exists (select from ledger_entry e where e.subject = l.id and e.kind = 1)
        """;

    private const string Concerned = "(l.professional = any(@Names) or (l.rpps = @Rpps and l.rpps <> '') or l.session = any(@Certified))";

    /// <summary>What the approver approves of <c>indemnity_line l</c>, by the properties as parameters.</summary>
    public const string Where = $"{Calculated} and not {Concerned}";

    public static async Task<CalculatedLines> Of(Tx tx, string programme, DateOnly upTo, IReadOnlyCollection<string> names, string rpps) =>
        new CalculatedLines(programme, upTo, [.. names], rpps, await Certifiers.SessionsOf(tx, names));

    public Task<int> CountConcerned(Tx tx) =>
        tx.Single<int>($"select count(*)::int from indemnity_line l where {Concerned} and {Calculated}", this);

    public IAsyncEnumerable<SessionLines> BySession(Tx tx) =>
        tx.Stream<SessionLines>(
            $"""
            select l.session, array_agg(l.id) as lines, sum(l.amount_cents)::bigint as cents, max(l.change_time) as change_time
            from indemnity_line l where {Where} group by l.session order by l.session
            """,
            this);
}
