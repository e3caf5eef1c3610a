using System.Globalization;
using Google.Protobuf.Collections;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Files;

/// <summary>memberships.csv: an organisation, a programme, a first day.</summary>
internal sealed class MembershipLines() : FilePart<Organisation, ProgrammeMembership>(DirectoryFile.Memberships)
{
    public override string Owners => "select distinct organisation as key from programme_membership";

    public override async Task Prepare(Tx tx, IReadOnlyList<Line> lines)
    {
        var programmes = await Known.Among(tx, "programme", "code", lines.Select(l => l.Text("programme_code")));
        foreach (var line in lines)
        {
            line.Require(programmes.Contains(line.Text("programme_code")), "UNKNOWN_PROGRAMME", "L'adhésion nomme un programme inconnu.");
        }
    }

    protected override ProgrammeMembership Read(Line line)
    {
        var membership = new ProgrammeMembership
        {
            Programme = Names.Of(Names.Programmes, line.Text("programme_code")), FromDate = line.Date("from_date"), UntilDate = line.Date("until_date"),
        };
        line.Require(
            membership.FromDate.ToDate() is { } from && (membership.UntilDate is null || membership.UntilDate.ToDate() > from),
            "MEMBERSHIP_INVALID",
            "Une adhésion a une date de début, et une date de fin (exclue) postérieure quand elle est close.");
        return membership;
    }

    protected override RepeatedField<ProgrammeMembership> ItemsOf(Organisation content) => content.Memberships;

    protected override string KeyOf(string owner, ProgrammeMembership item) =>
        string.Create(CultureInfo.InvariantCulture, $"{item.Programme}/{item.FromDate.ToDate():O}");

    protected override string ResourceOf(string owner, ProgrammeMembership item) => Names.Organisations + owner;

    protected override string VanishedMessage(ProgrammeMembership item) => $"Adhésion à {item.Programme} depuis le {item.FromDate.ToDate():dd/MM/yyyy}.";

    protected override (string Reason, string French)? Clash(Organisation content, ProgrammeMembership item, IReadOnlyList<ProgrammeMembership> others)
    {
        var clash = others.FirstOrDefault(o => o.Programme == item.Programme
            && Period.Overlap(o.FromDate.ToDate()!.Value, o.UntilDate.ToDate(), item.FromDate.ToDate()!.Value, item.UntilDate.ToDate()));
        return clash is null ? null : ("MEMBERSHIP_OVERLAP", $"Elle chevauche l'adhésion au même programme du {clash.FromDate.ToDate():dd/MM/yyyy}.");
    }
}
