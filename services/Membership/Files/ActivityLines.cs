using System.Globalization;
using Google.Protobuf.Collections;
using Intervision.Membership.Identifiers;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Files;

/// <summary>activities.csv: a person, what, where, a first day.</summary>
internal sealed class ActivityLines() : FilePart<Professional, Activity>(DirectoryFile.Activities)
{
    public override string Owners => "select distinct professional_id as key from activity";

    public override async Task Prepare(Tx tx, IReadOnlyList<Line> lines)
    {
        var organisations = await Known.Among(tx, "organisation", "identifier", lines.Select(Organisation));
        foreach (var line in lines)
        {
            line.Require(organisations.Contains(Organisation(line)), "UNKNOWN_ORGANISATION", "L'activité se réfère à une organisation inconnue.");
        }
    }

    protected override Activity Read(Line line)
    {
        var activity = new Activity
        {
            ProfessionTable = line.Text("profession_table"),
            ProfessionCode = line.Text("profession_code"),
            SavoirFaire = line.Text("savoir_faire"),
            Mode = (Mode)line.Code("mode_exercice", Modes.ByNumber),
            Organisation = Names.Of(Names.Organisations, Organisation(line)),
            Pole = Names.Of(Names.Poles, line.Text("pole_code")),
            FromDate = line.Date("from_date"),
            UntilDate = line.Date("until_date"),
        };
        if (!line.IsRejected && Activities.Problem(activity) is var (reason, french))
        {
            line.Require(false, reason, french);
        }

        return activity;
    }

    protected override RepeatedField<Activity> ItemsOf(Professional content) => content.Activities;

    protected override string KeyOf(string owner, Activity item) =>
        string.Create(CultureInfo.InvariantCulture, $"{item.Organisation}/{item.ProfessionTable}/{item.ProfessionCode}/{(int)item.Mode}/{item.FromDate.ToDate():O}");

    protected override string ResourceOf(string owner, Activity item) => Activities.NameOf(owner, item);

    protected override string VanishedMessage(Activity item) =>
        $"{item.ProfessionTable}/{item.ProfessionCode} à {item.Organisation} depuis le {item.FromDate.ToDate():dd/MM/yyyy}.";

    protected override (string Reason, string French)? Clash(Professional content, Activity item, IReadOnlyList<Activity> others)
    {
        if (others.Count >= Activities.Maximum)
        {
            return ("TOO_MANY_ACTIVITIES", $"Une personne a au plus {Activities.Maximum} activités.");
        }

        return Activities.Overlap(others.Append(item)) is var (first, second)
            ? ("ACTIVITY_OVERLAP", $"Deux activités identiques à {item.Organisation} se chevauchent (débuts {first.FromDate.ToDate():dd/MM/yyyy} et {second.FromDate.ToDate():dd/MM/yyyy}).")
            : null;
    }

    private static string Organisation(Line line) => Keys.Canonical(line.Text("organisation_identifier"));
}
