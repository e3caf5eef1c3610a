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

    /// <summary>What a patient may ask not to be spoken of.</summary>
    public const string Topic = "topic";

    /// <summary>Versions of the notice that may be handed over.</summary>
    public const string Notice = "notice";

    public static readonly IReadOnlyList<string> Lists = [Motive, Product, Context, AgeBand, Channel, Topic, Notice];

    /// <summary>Of each list, the version put last.</summary>
    public const string InForce = "select distinct on (list) list, codes from reference_list order by list, put_no desc";

    private readonly Dictionary<string, HashSet<string>> byList;

    public ReferenceCodes(IEnumerable<(string List, string[] Codes)> lists) =>
        byList = lists.ToDictionary(l => l.List, l => l.Codes.ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);

    public bool Has(string list, string code) => byList.TryGetValue(list, out var codes) && codes.Contains(code);

    /// <summary>Whether anything was ever listed.</summary>
    public bool Knows(string list) => byList.ContainsKey(list);

    /// <inheritdoc cref="InForce"/>
    public static async Task<ReferenceCodes> Load(Tx tx) =>
        new(await tx.Query<(string List, string[] Codes)>(InForce));
}
