using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.ReferenceLists;

/// <summary>The codes now valid, per list: strings, so that an unknown one can be named in the error (DESIGN §7.27).</summary>
internal sealed class ReferenceCodes
{
    public const string Motive = "motive";
    public const string Product = "product";
    public const string Context = "context";
    public const string AgeBand = "age_band";
    public const string Channel = "channel";

    public static readonly IReadOnlyList<string> Lists = [Motive, Product, Context, AgeBand, Channel];

    private readonly Dictionary<string, HashSet<string>> byList;

    public ReferenceCodes(IEnumerable<(string List, string[] Codes)> lists) =>
        byList = lists.ToDictionary(l => l.List, l => l.Codes.ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

    public bool Has(string list, string code) => byList.TryGetValue(list, out var codes) && codes.Contains(code);

    /// <summary>Of each list, the version put last.</summary>
    public static async Task<ReferenceCodes> Load(Tx tx) =>
        new((await tx.Query<Row>("select distinct on (list) list, codes from reference_list order by list, put_no desc"))
            .Select(r => (r.List, r.Codes)));

    private sealed class Row
    {
        public string List { get; init; } = "";

        public string[] Codes { get; init; } = [];
    }
}
