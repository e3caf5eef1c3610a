using Intervision.Demo.Region;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Demo.Season;

/// <summary>The directory files as rows of an import, in the order in which they lean on each other.</summary>
internal static class DirectoryRows
{
    public static IEnumerable<ImportDirectoryRequest> Of(RegionData region) =>
    [
        .. region.Communes.Select(c => new ImportDirectoryRequest { RowLabel = c.Label, Commune = ToProto(c) }),
        .. region.Organisations.Select(o => new ImportDirectoryRequest { RowLabel = o.Label, Organisation = ToProto(o, region) }),
        .. region.People.Select(p => new ImportDirectoryRequest { RowLabel = p.Label, Professional = ToProto(p, region) }),
        .. region.Poles.Select(p => new ImportDirectoryRequest { RowLabel = p.Label, Pole = ToProto(p, region) }),
    ];

    private static Commune ToProto(CommuneRow row) => new()
    {
        InseeCode = row.InseeCode,
        DisplayName = row.DisplayName,
        Departement = row.Departement,
        PostalCodes = { row.PostalCodes },
        Population = row.Population,
    };

    private static Organisation ToProto(OrganisationRow row, RegionData region) => new()
    {
        Name = row.Name,
        IdentifierType = row.IdentifierType,
        Identifier = row.Identifier,
        DisplayName = row.DisplayName,
        Kind = row.Kind,
        Commune = row.Commune,
        Pole = row.Pole.Length == 0 ? "" : $"poles/{row.Pole}",
        JoinedDate = row.JoinedDate?.ToProto(),
        VideoCapable = row.VideoCapable,
        TerritoryCommunes = { region.CptsCommunes[row.Identifier] },
        Convention = row.SignedDate is { } signed
            ? new Convention { Organisation = row.Name, SignedDate = signed.ToProto(), EndDate = row.EndDate?.ToProto() }
            : null,
    };

    private static Professional ToProto(PersonRow row, RegionData region) => new()
    {
        Name = row.Name,
        Rpps = row.Rpps,
        FamilyName = row.FamilyName,
        GivenName = row.GivenName,
        Mssante = row.Mssante,
        Expert = row.Expert,
        CharterAcceptedDate = row.CharterDate?.ToProto(),
        Activities = { region.Activities[row.Id].Select(ToProto) },
    };

    private static Activity ToProto(ActivityRow row) => new()
    {
        ProfessionTable = row.Table,
        ProfessionCode = row.Code,
        SavoirFaire = row.SavoirFaire,
        Mode = row.Mode switch { "S" => Mode.Salaried, "L" => Mode.Liberal, "B" => Mode.Volunteer, _ => Mode.Unspecified },
        Organisation = $"organisations/{row.Organisation}",
        Pole = row.Pole.Length == 0 ? "" : $"poles/{row.Pole}",
        FromDate = row.From.ToProto(),
        UntilDate = row.Until?.ToProto(),
    };

    private static Pole ToProto(PoleRow row, RegionData region) => new()
    {
        Name = row.Name,
        DisplayName = row.DisplayName,
        Programme = row.ProgrammeName,
        SeatCommune = row.SeatCommune,
        Area = row.Area,
        Rhythm = row.Rhythm,
        Weekday = row.Weekday,
        StartTime = row.StartTime.ToProto(),
        DurationMinutes = row.DurationMinutes,
        Modality = row.Modality,
        Referent = $"professionals/{row.Referent}",
        Host = $"organisations/{row.Host}",
        CoordinatorEmail = row.Email,
        ActiveFromDate = row.ActiveFrom.ToProto(),
        Communes = { region.PoleCommunes[row.Code] },
    };
}
