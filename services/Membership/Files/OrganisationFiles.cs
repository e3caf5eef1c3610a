using Intervision.Membership.Import;
using Intervision.Membership.Organisations;
using Intervision.Membership.V1;

namespace Intervision.Membership.Files;

/// <summary>organisations.csv with memberships.csv and cpts_territories.csv.</summary>
internal sealed class OrganisationFiles() : FileKind<Organisation>(
    DirectoryFile.Organisations,
    new MembershipLines(),
    new TerritoryLines<Organisation>(DirectoryFile.CptsTerritories, Names.Organisations, "select distinct organisation as key from cpts_territory", o => o.TerritoryCommunes))
{
    public override (string Table, string Key) Table => ("organisation", "identifier");

    public override string NameOf(string key) => Names.Organisations + key;

    protected override RowKind<Organisation> NewRows() => new OrganisationRows();

    protected override Organisation New(string key) => new() { Name = Names.Organisations + key, Identifier = key };

    protected override void Read(Line line, Organisation onto)
    {
        onto.IdentifierType = line.Text("identifier_type");
        onto.DisplayName = line.Text("name");
        onto.Kind = line.Text("kind");
        onto.Commune = line.Text("commune_insee");
        onto.Pole = Names.Of(Names.Poles, line.Text("pole_code"));
        onto.JoinedDate = line.Date("joined_date");
        onto.VideoCapable = line.Flag("video_capable");
        ReadConvention(line, onto);
        ReadProfile(line, onto);
        if (line.Has("identifier_source"))
        {
            onto.IdentifierSource = (IdentifierSource)line.Code("identifier_source", Codes<IdentifierSource>.ByNumber);
        }

        if (line.Has("identifier_verified_date"))
        {
            onto.IdentifierVerifiedDate = line.Date("identifier_verified_date");
        }
    }

    /// <summary>A line without a convention leaves the one there is: conventions end by their own RPCs.</summary>
    private static void ReadConvention(Line line, Organisation onto)
    {
        var (signed, end) = (line.Date("convention_signed_date"), line.Date("convention_end_date"));
        if (signed is not null || end is not null)
        {
            var start = line.Has("convention_start_date") ? line.Date("convention_start_date") : null;
            onto.Convention = new Convention { SignedDate = signed, StartDate = start ?? signed, EndDate = end };
        }
    }

    private static void ReadProfile(Line line, Organisation onto)
    {
        var profile = onto.Profile?.Clone() ?? new PartnerProfile();
        profile.LegalFrame = line.Has("legal_frame") ? line.Text("legal_frame") : profile.LegalFrame;
        profile.Operation = line.Has("operation") ? line.Text("operation") : profile.Operation;
        profile.Missions = line.Has("missions") ? line.Text("missions") : profile.Missions;
        onto.Profile = (profile.LegalFrame + profile.Operation + profile.Missions).Length == 0 ? null : profile;
    }
}
