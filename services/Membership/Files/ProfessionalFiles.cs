using Intervision.Membership.Import;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;

namespace Intervision.Membership.Files;

/// <summary>people.csv with activities.csv.</summary>
internal sealed class ProfessionalFiles() : FileKind<Professional>(DirectoryFile.People, new ActivityLines())
{
    public override (string Table, string Key) Table => ("professional", "professional_id");

    public override string NameOf(string key) => Names.Professionals + key;

    protected override RowKind<Professional> NewRows() => new ProfessionalRows();

    protected override Professional New(string key) => new() { Name = Names.Professionals + key };

    protected override void Read(Line line, Professional onto)
    {
        onto.Rpps = line.Text("rpps");
        onto.FamilyName = line.Text("family_name");
        onto.GivenName = line.Text("given_name");
        onto.Mssante = line.Text("mssante");
        onto.Expert = line.Flag("expert");
        onto.CharterAcceptedDate = line.Date("charter_accepted_date");
        if (line.Has("identifier_source"))
        {
            onto.IdentifierSource = (IdentifierSource)line.Code("identifier_source", Codes<IdentifierSource>.ByNumber);
        }

        if (line.Has("identifier_verified_date"))
        {
            onto.IdentifierVerifiedDate = line.Date("identifier_verified_date");
        }
    }
}
