using System.Globalization;
using Google.Protobuf;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Tests;

/// <summary>The sample region as Membership and Intake say it: an event with its subject.</summary>
internal static class SampleRegion
{
    public const string Addictions = "programmes/ADDICTIONS";
    public const string Precarite = "programmes/SANTE_PRECARITE";
    public static readonly DateOnly First = new(2026, 9, 1);
    public static readonly DateOnly Last = new(2027, 6, 30);

    public static IReadOnlyList<string> Poles => [.. RegionCsv.Read("poles.csv").Select(p => $"poles/{p["pole_code"]}")];

    public static IEnumerable<(string Subject, IMessage Event)> Membership() => [.. Programmes(), .. Conventions(), .. PolesChanged(), .. People()];

    public static IEnumerable<(string Subject, IMessage Event)> Programmes()
    {
        yield return (Addictions, new ProgrammeChanged
        {
            Programme = new Programme
            {
                Name = Addictions, MaximumCasesPerSession = 5, MinutesPerCase = 30, ExpertRequired = true, Indemnified = true, AttendingPhysicianRequired = true,
            },
        });
        yield return (Precarite, new ProgrammeChanged
        {
            Programme = new Programme
            {
                Name = Precarite, MaximumCasesPerSession = 6, MinutesPerCase = 30, ClosedMonths = { 7, 8 }, PreparatoryMeetingRequired = true, OpenToMembers = true,
            },
        });
    }

    public static IEnumerable<(string Subject, IMessage Event)> Conventions() =>
        from row in RegionCsv.Read("organisations.csv")
        where row["convention_end_date"].Length > 0
        let host = $"organisations/{row["identifier"]}"
        select (host, (IMessage)new ConventionChanged
        {
            Organisation = host,
            Conventions =
            {
                new Convention
                {
                    Name = $"conventions/{row["identifier"]}", Organisation = host, State = Convention.Types.State.Signed,
                    SignedDate = row.Date("convention_signed_date").ToProto(), EndDate = row.Date("convention_end_date").ToProto(),
                },
            },
        });

    public static IEnumerable<(string Subject, IMessage Event)> PolesChanged() =>
        from row in RegionCsv.Read("poles.csv")
        let name = $"poles/{row["pole_code"]}"
        select (name, (IMessage)new PoleChanged
        {
            Pole = new Pole
            {
                Name = name, DisplayName = row["name"], Programme = $"programmes/{row["programme"]}", State = Pole.Types.State.Active,
                Rhythm = Of<Rhythm>(row["rhythm"]), Weekday = Of<Weekday>(row["weekday"]), Modality = Of<Modality>(row["modality"]),
                StartTime = TimeOnly.ParseExact(row["start_time"], "HH:mm", CultureInfo.InvariantCulture).ToProto(),
                DurationMinutes = int.Parse(row["duration_minutes"], CultureInfo.InvariantCulture),
                Referent = $"professionals/{row["referent_person_id"]}", Host = $"organisations/{row["host_identifier"]}",
                ActiveFromDate = row.Date("active_from_date").ToProto(),
            },
        });

    public static IEnumerable<(string Subject, IMessage Event)> People()
    {
        var activities = RegionCsv.Read("activities.csv").ToLookup(r => r["person_id"], StringComparer.Ordinal);
        return from row in RegionCsv.Read("people.csv")
               let name = $"professionals/{row["person_id"]}"
               select (name, (IMessage)new ProfessionalChanged
               {
                   Professional = new Professional
                   {
                       Name = name, Rpps = row["rpps"], Expert = row["expert"] == "1", CharterAcceptedDate = DateOrNone(row, "charter_accepted_date"),
                       Activities = { activities[row["person_id"]].Select(Activity) },
                   },
               });
    }

    /// <summary>One for every valid request that names its pôle.</summary>
    public static IEnumerable<(string Subject, IMessage Event)> ReadyCases()
    {
        var number = 0;
        return from row in RegionCsv.Read("requests.csv")
               where row["pole_code"].Length > 0
               let name = $"cases/SIT-{number / 10_000:D4}-{number++ % 10_000:D4}"
               select (name, (IMessage)new CaseReady
               {
                   Case = name, Programme = $"programmes/{row["programme"]}", Pole = $"poles/{row["pole_code"]}",
                   Requester = $"professionals/{row["requester_person_id"]}",
                   AttendingPhysician = row["attending_physician_person_id"] is { Length: > 0 } physician ? $"professionals/{physician}" : "",
                   AttendingPhysicianAbsence = row["attending_physician_person_id"].Length > 0 ? AttendingPhysicianAbsence.Unspecified : AttendingPhysicianAbsence.NoAttendingPhysician,
                   Actors = { row["actor_person_ids"].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => $"professionals/{p}") },
                   SubmitTime = new DateTimeOffset(row.Date("submitted_date"), TimeOnly.MinValue, TimeSpan.Zero).ToProto(),
                   Urgent = row["urgent"] == "1",
               });
    }

    private static Activity Activity(IReadOnlyDictionary<string, string> row) => new()
    {
        ProfessionTable = row["profession_table"], ProfessionCode = row["profession_code"], Organisation = $"organisations/{row["organisation_identifier"]}",
        Mode = row["mode_exercice"] switch
        {
            "L" => Mode.Liberal,
            "S" => Mode.Salaried,
            _ => Mode.Volunteer,
        },
        FromDate = DateOrNone(row, "from_date"), UntilDate = DateOrNone(row, "until_date"),
    };

    private static Google.Type.Date? DateOrNone(IReadOnlyDictionary<string, string> row, string column) => row[column].Length == 0 ? null : row.Date(column).ToProto();

    private static T Of<T>(string code)
        where T : struct, Enum => Enum.Parse<T>(code.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
}
