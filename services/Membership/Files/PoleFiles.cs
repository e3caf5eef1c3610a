using Intervision.Membership.Identifiers;
using Intervision.Membership.Import;
using Intervision.Membership.Poles;
using Intervision.Membership.V1;

namespace Intervision.Membership.Files;

/// <summary>poles.csv with pole_territories.csv.</summary>
internal sealed class PoleFiles() : FileKind<Pole>(
    DirectoryFile.Poles, new TerritoryLines<Pole>(DirectoryFile.PoleTerritories, Names.Poles, "select distinct pole as key from pole_commune", p => p.Communes))
{
    public override (string Table, string Key) Table => ("pole", "code");

    public override string NameOf(string key) => Names.Poles + key;

    protected override RowKind<Pole> NewRows() => new PoleRows();

    protected override Pole New(string key) => new() { Name = Names.Poles + key };

    protected override void Read(Line line, Pole onto)
    {
        onto.DisplayName = line.Text("name");
        onto.SeatCommune = line.Text("seat_commune_insee");
        onto.Area = line.Text("area");
        onto.Programme = Names.Of(Names.Programmes, line.Text("programme"));
        onto.Rhythm = (Rhythm)line.Code("rhythm", Codes<Rhythm>.ByNumber);
        onto.Weekday = (Weekday)line.Code("weekday", Codes<Weekday>.ByNumber);
        onto.StartTime = line.Time("start_time");
        onto.DurationMinutes = line.Number("duration_minutes");
        onto.Modality = (Modality)line.Code("modality", Codes<Modality>.ByNumber);
        onto.Host = Organisation(line.Text("host_identifier"));
        onto.CoordinatorEmail = line.Text("coordinator_email");
        onto.ActiveFromDate = line.Date("active_from_date");
        if (line.Text("referent_person_id") is { Length: > 0 } referent)
        {
            // A line without a référent leaves the one in office.
            onto.Referent = Names.Professionals + referent;
        }

        ReadOptional(line, onto);
    }

    private static void ReadOptional(Line line, Pole onto)
    {
        if (line.Has("carrier_identifier"))
        {
            onto.Carrier = Organisation(line.Text("carrier_identifier"));
        }

        if (line.Has("other_host_identifiers"))
        {
            onto.OtherHosts.Clear();
            onto.OtherHosts.Add(line.Words("other_host_identifiers").Select(Organisation));
        }

        if (line.Has("coordinator_kind"))
        {
            onto.CoordinatorKind = (CoordinatorKind)line.Code("coordinator_kind", Codes<CoordinatorKind>.ByNumber);
        }
    }

    private static string Organisation(string identifier) => Names.Of(Names.Organisations, Keys.Canonical(identifier));
}
