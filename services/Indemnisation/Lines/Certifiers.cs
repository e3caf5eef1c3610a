using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Lines;

/// <summary>Who certified which sheet: none of them approves its lines, nor a run that pays them.</summary>
internal static class Certifiers
{
    /// <summary>Those of a correction too; who is known already changes nothing.</summary>
    public static Task Add(Tx tx, IReadOnlyList<AttendanceCertified> sheets)
    {
        var pairs = sheets.SelectMany(s => s.Certifiers.Select(c => (Certifier: c, s.Session))).Distinct().OrderBy(p => p, Ordinal).ToList();
        return tx.Execute(
            "insert into session_certifier (certifier, session) select * from unnest(@certifiers, @sessions) on conflict do nothing",
            new { certifiers = pairs.ConvertAll(p => p.Certifier).ToArray(), sessions = pairs.ConvertAll(p => p.Session).ToArray() });
    }

    public static async Task<ILookup<string, string>> Of(Tx tx, IEnumerable<string> sessions) =>
        (await tx.Query<(string Session, string Certifier)>(
            "select session, certifier from session_certifier where session = any(@sessions)", new { sessions = sessions.Distinct(StringComparer.Ordinal).ToArray() }))
        .ToLookup(c => c.Session, c => c.Certifier, StringComparer.Ordinal);

    public static async Task<string[]> SessionsOf(Tx tx, IReadOnlyCollection<string> certifiers) =>
        [.. await tx.Query<string>("select session from session_certifier where certifier = any(@all)", new { all = certifiers.ToArray() })];

    private static Comparer<(string Certifier, string Session)> Ordinal { get; } =
        Comparer<(string Certifier, string Session)>.Create((a, b) => string.CompareOrdinal(a.Certifier, b.Certifier) is var order and not 0 ? order : string.CompareOrdinal(a.Session, b.Session));
}
