using Intervision.Membership.Communes;
using Intervision.Membership.Import;
using Intervision.Membership.V1;

namespace Intervision.Membership.Files;

/// <summary>communes.csv.</summary>
internal sealed class CommuneFiles() : FileKind<Commune>(DirectoryFile.Communes)
{
    public override (string Table, string Key) Table => ("commune", "insee_code");

    public override string NameOf(string key) => "communes/" + key;

    protected override RowKind<Commune> NewRows() => new CommuneRows();

    protected override Commune New(string key) => new() { InseeCode = key };

    protected override void Read(Line line, Commune onto)
    {
        onto.DisplayName = line.Text("name");
        onto.Departement = line.Text("departement");
        onto.Population = line.Number("population");
        onto.PostalCodes.Clear();
        onto.PostalCodes.Add(line.Words("postal_codes"));
    }
}
