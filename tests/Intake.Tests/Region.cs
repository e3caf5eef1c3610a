using System.Globalization;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Intake.Tests;

/// <summary>The sample region, plainly mapped to Membership's events and to requests.</summary>
internal static class Region
{
    public static IReadOnlyList<Dictionary<string, string>> Rows(string file)
    {
        // No field of the region is quoted.
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "region", file));
        var header = lines[0].Split(';');
        return [.. lines.Skip(1).Select(line => header.Zip(line.Split(';')).ToDictionary(f => f.First, f => f.Second, StringComparer.Ordinal))];
    }

    public static IEnumerable<Google.Protobuf.IMessage> Directory()
    {
        yield return new ProgrammeChanged { Programme = new Programme { Name = "programmes/ADDICTIONS", AttendingPhysicianRequired = true } };
        yield return new ProgrammeChanged { Programme = new Programme { Name = "programmes/SANTE_PRECARITE" } };
        foreach (var departement in Rows("communes.csv").GroupBy(r => r["departement"]))
        {
            yield return new CommunesChanged { Departement = departement.Key, InseeCodes = { departement.Select(r => r["insee_code"]) } };
        }

        var territories = Rows("pole_territories.csv").ToLookup(r => r["pole_code"], r => r["insee_code"]);
        foreach (var row in Rows("poles.csv"))
        {
            yield return new PoleChanged
            {
                Pole = new Pole
                {
                    Name = $"poles/{row["pole_code"]}",
                    Programme = $"programmes/{row["programme"]}",
                    State = Pole.Types.State.Active,
                    Communes = { territories[row["pole_code"]] },
                },
            };
        }

        var cpts = Rows("cpts_territories.csv").ToLookup(r => r["cpts_identifier"], r => r["insee_code"]);
        foreach (var row in Rows("organisations.csv"))
        {
            yield return new OrganisationChanged
            {
                Organisation = new Organisation
                {
                    Name = $"organisations/{row["identifier"]}",
                    Kind = row["kind"],
                    TerritoryCommunes = { cpts[row["identifier"]] },
                },
            };
        }

        var activities = Rows("activities.csv").ToLookup(r => r["person_id"]);
        foreach (var row in Rows("people.csv"))
        {
            var person = new Professional { Name = $"professionals/{row["person_id"]}", Rpps = row["rpps"] };
            person.Activities.Add(activities[row["person_id"]].Select(a => new Activity
            {
                ProfessionTable = a["profession_table"],
                ProfessionCode = a["profession_code"],
                FromDate = Date(a["from_date"]),
                UntilDate = Date(a["until_date"]),
            }));
            yield return new ProfessionalChanged { Professional = person };
        }
    }

    /// <summary>Its lists of codes, as the coordination puts them.</summary>
    public static IEnumerable<PutReferenceListRequest> Lists() =>
        Rows("reference_lists.csv").GroupBy(r => r["list"]).Select(list => new PutReferenceListRequest
        {
            RequestId = Guid.CreateVersion7().ToString(),
            List = list.Key,
            Version = "2026",
            Codes = { list.Select(r => r["code"]) },
        });

    /// <summary>Who deposits a row: the CPTS itself, the pôle's référent, or the coordination.</summary>
    public static DevelopmentClaims Depositor(IReadOnlyDictionary<string, string> row) => row["channel"] switch
    {
        "CPTS" => Tokens.Cpts($"organisations/{row["cpts_identifier"]}"),
        "REFERENT_POLE" when row["pole_code"].Length > 0 => Tokens.Referent("professionals/somebody", $"poles/{row["pole_code"]}"),
        _ => Tokens.Coordinator(),
    };

    /// <summary>Who deposits it, on the day it was: its availabilities were ahead then.</summary>
    public static Metadata Deposit(IReadOnlyDictionary<string, string> row) =>
        Tokens.As(Depositor(row), new DateTimeOffset(DateOnly.ParseExact(row["submitted_date"], "yyyy-MM-dd", CultureInfo.InvariantCulture), new TimeOnly(8, 0), TimeSpan.Zero));

    /// <summary>The same request deposited today, its availabilities as many days ahead.</summary>
    public static SubmitCaseRequest RequestToday(IReadOnlyDictionary<string, string> row)
    {
        var request = Request(row);
        var since = Paris.DateOf(TimeProvider.System.GetUtcNow()).DayNumber - DateOnly.ParseExact(row["submitted_date"], "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber;
        foreach (var availability in request.Availabilities)
        {
            availability.Date = availability.Date.ToDate()!.Value.AddDays(since).ToProto();
        }

        return request;
    }

    public static SubmitCaseRequest Request(IReadOnlyDictionary<string, string> row)
    {
        var request = new SubmitCaseRequest
        {
            RequestId = Guid.CreateVersion7().ToString(),
            Channel = row["channel"],
            ExternalId = row["external_id"],
            SubmittingOrganisation = Name("organisations", row["cpts_identifier"]),
            Requester = Name("professionals", row["requester_person_id"]),
            Programme = Name("programmes", row["programme"]),
            Pole = Name("poles", row["pole_code"]),
            Commune = row["commune_insee"],
            PrincipalMotive = row["principal_motive"],
            AgeBand = row["age_band"],
            Sex = row["sex"],
            Question = row["question"],
            ConsentStatus = Enum.Parse<ConsentStatus>(row["consent_status"].Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
            ConsentForm = row["consent_form"].Length == 0 ? ConsentForm.Unspecified : Enum.Parse<ConsentForm>(row["consent_form"], ignoreCase: true),
            ConsentGiver = row["consent_giver"] switch
            {
                "PATIENT" => ConsentGiver.Patient,
                "REPRESENTATIVE" => ConsentGiver.LegalRepresentative,
                "BOTH" => ConsentGiver.Both,
                _ => ConsentGiver.Unspecified,
            },
            Urgent = row["urgent"] == "1",
            AttendingPhysician = Name("professionals", row["attending_physician_person_id"]),
            AttendingPhysicianAbsence = Enum.Parse<AttendingPhysicianAbsence>(
                row["attending_physician_absence"] is { Length: > 0 } a ? a.Replace("_", "", StringComparison.Ordinal) : "Unspecified", ignoreCase: true),
        };
        request.OtherMotives.Add(Words(row["other_motives"]));
        request.Contexts.Add(Words(row["contexts"]));
        request.Products.Add(Words(row["products"]));
        request.Actors.Add(Words(row["actor_person_ids"]).Select(id => Name("professionals", id)));
        request.Availabilities.Add(Words(row["availabilities"]).Select(Availability));
        return request;
    }

    private static Availability Availability(string text) => new()
    {
        Date = Date(text.Split('/')[0]),
        HalfDay = text.Split('/')[1] switch
        {
            "AM" => V1.Availability.Types.HalfDay.Morning,
            "NOON" => V1.Availability.Types.HalfDay.Noon,
            _ => V1.Availability.Types.HalfDay.Afternoon,
        },
    };

    private static Google.Type.Date? Date(string text) =>
        text.Length == 0 ? null : DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture).ToProto();

    private static string Name(string collection, string id) => id.Length == 0 ? "" : $"{collection}/{id}";

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
