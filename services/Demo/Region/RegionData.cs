namespace Intervision.Demo.Region;

/// <summary>
/// A region as its CSV files tell it. Nothing here or elsewhere knows one region by heart: every code comes from the
/// files.
/// </summary>
internal sealed class RegionData
{
    public required string Folder { get; init; }

    public required IReadOnlyList<PersonRow> People { get; init; }

    public required IReadOnlyList<PoleRow> Poles { get; init; }

    public required ILookup<string, ActivityRow> Activities { get; init; }

    public required IReadOnlyList<CodeRow> Codes { get; init; }

    public required IReadOnlyList<HolidayRow> PublicHolidays { get; init; }

    public required IReadOnlyList<HolidayRow> SchoolHolidays { get; init; }

    /// <summary>First days of the rates; the file itself is imported as it is.</summary>
    public required IReadOnlyList<DateOnly> RateDates { get; init; }

    public required IReadOnlyList<PayeeRow> Payees { get; init; }

    public required IReadOnlyList<EnvelopeRow> Envelopes { get; init; }

    public required IReadOnlyList<DebtorRow> Debtors { get; init; }

    /// <summary>Valid and invalid ones, by date then as written.</summary>
    public required IReadOnlyList<RequestRow> Requests { get; init; }

    public required IReadOnlyDictionary<string, PersonRow> PersonById { get; init; }

    public required IReadOnlyDictionary<string, PoleRow> PoleByCode { get; init; }

    public required IReadOnlyDictionary<string, OrganisationRow> OrganisationById { get; init; }

    /// <summary>The first request's date.</summary>
    public DateOnly FirstDate => Requests.Count == 0 ? SeasonFirst : Requests[0].SubmittedDate;

    /// <summary>1 September of the season that the requests fall in.</summary>
    public DateOnly SeasonFirst
    {
        get
        {
            var date = Requests.Count == 0 ? RateDates.Min() : Requests[0].SubmittedDate;
            return new DateOnly(date.Month >= 7 ? date.Year : date.Year - 1, 9, 1);
        }
    }

    /// <summary>30 June of the year after.</summary>
    public DateOnly SeasonLast => new(SeasonFirst.Year + 1, 6, 30);

    public IEnumerable<string> Programmes => Poles.Select(p => p.Programme).Distinct(StringComparer.Ordinal);

    /// <summary>The capacities of a person on a date.</summary>
    public IReadOnlyList<ActivityRow> ActivitiesOn(string person, DateOnly date) => [.. Activities[person].Where(a => a.IsOn(date))];

    /// <summary>Null, and the problems with file and line, when the folder cannot be played.</summary>
    public static RegionData? Load(string folder, out IReadOnlyList<string> problems)
    {
        var csv = new CsvFolder(folder);
        var people = csv.Read("people.csv", PersonRow.Of);
        var poles = csv.Read("poles.csv", PoleRow.Of);
        var organisations = csv.Read("organisations.csv", OrganisationRow.Of);
        var requests = csv.Read("requests.csv", RequestRow.Valid).Concat(csv.Read("requests_invalid.csv", RequestRow.Invalid, optional: true));
        var region = new RegionData
        {
            Folder = folder,
            People = people,
            Poles = poles,
            Activities = csv.Read("activities.csv", ActivityRow.Of).ToLookup(a => a.Person, StringComparer.Ordinal),
            Codes = csv.Read("reference_lists.csv", r => new CodeRow(r.Required("list"), r.Required("code"))),
            PublicHolidays = csv.Read("public_holidays.csv", r => new HolidayRow(r.Date("date"), r.Date("date"), r.Text("name"))),
            SchoolHolidays = [.. csv.Matching("school_holidays*.csv").SelectMany(f => csv.Read(f, r => new HolidayRow(r.Date("first_date"), r.Date("return_date"), r.Text("name"))))],
            RateDates = csv.Read("rate_grids.csv", r => r.Date("valid_from_date")),
            Payees = csv.Read("payees.csv", PayeeRow.Of),
            Envelopes = csv.Read("envelopes.csv", EnvelopeRow.Of),
            Debtors = csv.Read("debtor.csv", DebtorRow.Of),
            Requests = [.. requests.OrderBy(r => r.SubmittedDate)],
            PersonById = csv.Index("people.csv", people, p => p.Id),
            PoleByCode = csv.Index("poles.csv", poles, p => p.Code),
            OrganisationById = csv.Index("organisations.csv", organisations, o => o.Identifier),
        };
        problems = csv.Problems;
        return problems.Count == 0 ? region : null;
    }
}
