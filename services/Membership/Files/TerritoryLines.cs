using Google.Protobuf;
using Google.Protobuf.Collections;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Membership.Files;

/// <summary>pole_territories.csv and cpts_territories.csv: a commune per line.</summary>
internal sealed class TerritoryLines<T>(DirectoryFile file, string collection, string owners, Func<T, RepeatedField<string>> communesOf) : FilePart<T, string>(file)
    where T : class, IMessage<T>, IDeepCloneable<T>
{
    public override string Owners => owners;

    public override async Task Prepare(Tx tx, IReadOnlyList<Line> lines)
    {
        var communes = await Known.Among(tx, "commune", "insee_code", lines.Select(l => l.Text("insee_code")));
        foreach (var line in lines)
        {
            line.Require(communes.Contains(line.Text("insee_code")), "UNKNOWN_COMMUNE", "La commune n'est pas connue.");
        }
    }

    protected override string Read(Line line) => line.Text("insee_code");

    protected override RepeatedField<string> ItemsOf(T content) => communesOf(content);

    protected override string KeyOf(string owner, string item) => item;

    protected override string ResourceOf(string owner, string item) => collection + owner;

    protected override string VanishedMessage(string item) => $"Commune {item} du territoire.";

    protected override (string Reason, string French)? Clash(T content, string item, IReadOnlyList<string> others) =>
        content is Organisation { Kind: not "CPTS" } ? ("TERRITORY_NOT_ALLOWED", "Seule une CPTS porte un territoire.")
        : others.Count >= Territories.MaximumCommunes ? ("TERRITORY_TOO_LARGE", Territories.TooLarge)
        : null;
}
