using System.Globalization;
using System.Text;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Benchmarks.Directory;

/// <summary>Invented people as the files of the directory.</summary>
internal static class PopulationFiles
{
    public static byte[] People(IEnumerable<Professional> people)
    {
        var csv = new StringBuilder("person_id;rpps;family_name;given_name;mssante;expert;charter_accepted_date\n");
        foreach (var p in people)
        {
            csv.Append(Id(p.Name)).Append(';').Append(p.Rpps).Append(';').Append(p.FamilyName).Append(';').Append(p.GivenName).Append(';').Append(p.Mssante).Append(";0;\n");
        }

        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    public static byte[] Activities(IEnumerable<Professional> people)
    {
        var csv = new StringBuilder("person_id;profession_table;profession_code;savoir_faire;mode_exercice;organisation_identifier;pole_code;from_date;until_date\n");
        foreach (var (p, a) in people.SelectMany(p => p.Activities.Select(a => (p, a))))
        {
            csv.AppendJoin(
                ';', Id(p.Name), a.ProfessionTable, a.ProfessionCode, a.SavoirFaire, " SLB"[(int)a.Mode], Id(a.Organisation), Id(a.Pole), Day(a.FromDate), Day(a.UntilDate));
            csv.Append('\n');
        }

        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    public static byte[] Organisations(IEnumerable<Organisation> organisations)
    {
        var csv = new StringBuilder("identifier_type;identifier;name;kind;commune_insee;pole_code;joined_date;convention_signed_date;convention_end_date;video_capable\n");
        foreach (var o in organisations)
        {
            csv.AppendJoin(';', o.IdentifierType, o.Identifier, o.DisplayName, o.Kind, o.Commune, Id(o.Pole), "", "", "", "0");
            csv.Append('\n');
        }

        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    private static string Id(string name) => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static string Day(Google.Type.Date? date) => date.ToDate()?.ToString("O", CultureInfo.InvariantCulture) ?? "";
}
