using Intervision.Indemnisation.V1;
using Intervision.Intake.V1;
using Intervision.Membership.V1;

namespace Intervision.Demo.Region;

internal sealed record PersonRow(string Id, string Rpps, bool Expert)
{
    public string Name => $"professionals/{Id}";

    public static PersonRow Of(CsvRow row) => new(row.Required("person_id"), row.Text("rpps"), row.Flag("expert"));
}

/// <param name="Until">Exclusive.</param>
internal sealed record ActivityRow(
    string Person, string Table, string Code, string Mode, string Organisation, string Pole, DateOnly From, DateOnly? Until)
{
    /// <summary>The NOS letters S, L, B.</summary>
    public static ActivityRow Of(CsvRow row) => new(
        row.Required("person_id"), row.Required("profession_table"), row.Required("profession_code"), row.Text("mode_exercice"),
        row.Text("organisation_identifier"), row.Text("pole_code"), row.Date("from_date"), row.OptionalDate("until_date"));

    public bool IsOn(DateOnly date) => From <= date && (Until is null || date < Until);
}

internal sealed record OrganisationRow(string Identifier, string Commune)
{
    public static OrganisationRow Of(CsvRow row) => new(row.Required("identifier"), row.Text("commune_insee"));
}

internal sealed record PoleRow(
    string Code, string SeatCommune, string Area, string Programme, Rhythm Rhythm, Modality Modality, string Referent, string Host)
{
    public string Name => $"poles/{Code}";

    public string ProgrammeName => $"programmes/{Programme}";

    public static PoleRow Of(CsvRow row) => new(
        row.Required("pole_code"), row.Text("seat_commune_insee"), row.Text("area"), row.Required("programme"), row.Code<Rhythm>("rhythm"),
        row.Code<Modality>("modality"), row.Required("referent_person_id"), row.Required("host_identifier"));
}

/// <summary>One row of <c>payees.csv</c>.</summary>
internal sealed record PayeeRow(string Label, string Raw, Payee Payee)
{
    public static PayeeRow Of(CsvRow row) => new(row.Label, row.Raw, new Payee
    {
        Name = $"payees/{row.Required("payee_code")}",
        Kind = row.Code("kind", ("OFFICINE", Payee.Types.Kind.Pharmacy)),
        HolderName = row.Text("holder_name"),
        Siret = row.Text("siret"),
        Iban = row.Text("iban"),
        Bic = row.Text("bic"),
        Professionals = { row.Words("person_ids").Select(p => $"professionals/{p}") },
    });
}

internal sealed record EnvelopeRow(string Raw, string FundingCode, string Programme, int Year, long AmountCents, int WarningPercent)
{
    public static EnvelopeRow Of(CsvRow row) => new(
        row.Raw, row.Required("funding_code"), row.Required("programme"), row.SmallNumber("fiscal_year"), row.Number("amount_cents"), row.SmallNumber("warning_percent"));
}

internal sealed record DebtorRow(string Raw, string HolderName, string Iban, string Bic)
{
    public static DebtorRow Of(CsvRow row) => new(row.Raw, row.Required("name"), row.Required("iban"), row.Text("bic"));
}

internal sealed record HolidayRow(DateOnly First, DateOnly Return, string DisplayName);

internal sealed record CodeRow(string List, string Code);

/// <summary>Answers of the patient asked after the deposit.</summary>
internal enum LaterAnswer
{
    NotAsked,
    Granted,
    Refused,

    /// <summary>Never reached.</summary>
    None,
}

/// <summary>One request, valid or to be refused.</summary>
internal sealed record RequestRow(
    string Label, string Raw, DateOnly SubmittedDate, string Cpts, string Requester, string Programme, string Pole, string Commune,
    LaterAnswer Later, ConsentGiver Giver, string ExpectedReason, SubmitCaseRequest Request)
{
    public bool InvalidOnPurpose => ExpectedReason.Length > 0;

    public static RequestRow Valid(CsvRow row) => Of(row, "");

    public static RequestRow Invalid(CsvRow row) => Of(row, row.Required("expected_reason"));

    private static RequestRow Of(CsvRow row, string expectedReason)
    {
        var giver = row.Code("consent_giver", ("REPRESENTATIVE", ConsentGiver.LegalRepresentative));
        var request = new SubmitCaseRequest
        {
            Channel = row.Text("channel"),
            ExternalId = row.Text("external_id"),
            SubmittingOrganisation = Named("organisations", row.Text("cpts_identifier")),
            Requester = Named("professionals", row.Text("requester_person_id")),
            Programme = Named("programmes", row.Text("programme")),
            Pole = Named("poles", row.Text("pole_code")),
            Commune = row.Text("commune_insee"),
            PrincipalMotive = row.Text("principal_motive"),
            OtherMotives = { row.Words("other_motives") },
            AgeBand = row.Text("age_band"),
            Sex = row.Text("sex"),
            Contexts = { row.Words("contexts") },
            Products = { row.Words("products") },
            Question = row.Text("question"),
            ConsentStatus = row.Code<ConsentStatus>("consent_status"),
            Urgent = row.Flag("urgent"),
            AttendingPhysician = Named("professionals", row.Text("attending_physician_person_id")),
            AttendingPhysicianAbsence = row.Code<AttendingPhysicianAbsence>("attending_physician_absence"),
            Actors = { row.Words("actor_person_ids").Select(p => Named("professionals", p)) },
            Availabilities = { row.Words("availabilities").Select(a => AvailabilityOf(row, a)) },
        };
        if (request.ConsentStatus == ConsentStatus.Granted)
        {
            request.ConsentForm = row.Code<ConsentForm>("consent_form");
            request.ConsentGiver = giver;
        }

        return new RequestRow(
            row.Label, row.Raw, row.Date("submitted_date"), row.Text("cpts_identifier"), row.Text("requester_person_id"), row.Text("programme"),
            row.Text("pole_code"), row.Text("commune_insee"), row.Code<LaterAnswer>("consent_after", ("NONE", LaterAnswer.None)), giver, expectedReason, request);
    }

    private static string Named(string collection, string id) => id.Length == 0 ? "" : $"{collection}/{id}";

    /// <summary><c>2026-10-02/NOON</c>.</summary>
    private static Availability AvailabilityOf(CsvRow row, string text)
    {
        var parts = text.Split('/');
        var halfDay = parts is [_, var half] ? half switch
        {
            "AM" => Availability.Types.HalfDay.Morning,
            "NOON" => Availability.Types.HalfDay.Noon,
            "PM" => Availability.Types.HalfDay.Afternoon,
            _ => Availability.Types.HalfDay.Unspecified,
        }
        : Availability.Types.HalfDay.Unspecified;
        return halfDay != Availability.Types.HalfDay.Unspecified
            && DateOnly.TryParseExact(parts[0], "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var date)
            ? new Availability { Date = new() { Year = date.Year, Month = date.Month, Day = date.Day }, HalfDay = halfDay }
            : throw row.Wrong("availabilities", $"« {text} » n'est pas une disponibilité (AAAA-MM-JJ/AM, NOON ou PM)");
    }
}
