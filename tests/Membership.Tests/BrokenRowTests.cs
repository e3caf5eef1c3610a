using Intervision.Membership.V1;
using Outcome = Intervision.Membership.V1.ImportDirectoryResponse.Types.Outcome;

namespace Intervision.Membership.Tests;

/// <summary>A small directory against which rows are broken one way at a time.</summary>
public sealed class SmallDirectory : MembershipFixture
{
    protected override async Task Prepare() =>
        await Import(Sample.Lille().Row(), Sample.Organisation().Row(), Sample.Professional().Row(), Sample.Pole().Row());
}

/// <summary>Each way a row can be wrong has its reason, a French sentence, and no effect.</summary>
public sealed class BrokenRowTests(SmallDirectory membership) : IClassFixture<SmallDirectory>
{
    private static readonly Dictionary<string, (string Reason, ImportDirectoryRequest Row)> Cases = new(StringComparer.Ordinal)
    {
        ["commune: postal code for INSEE"] = ("DEPARTEMENT_MISMATCH", Sample.Lille().With(c => (c.InseeCode, c.Departement) = ("59000", "62")).Row()),
        ["commune: INSEE"] = ("COMMUNE_INVALID", Sample.Lille().With(c => c.InseeCode = "5935").Row()),
        ["commune: name"] = ("DISPLAY_NAME_INVALID", Sample.Lille().With(c => c.DisplayName = " ").Row()),
        ["commune: postal codes"] = ("POSTAL_CODE_INVALID", Sample.Lille().With(c => c.PostalCodes.Clear()).Row()),
        ["commune: population"] = ("POPULATION_INVALID", Sample.Lille().With(c => c.Population = -1).Row()),

        ["organisation: key of FINESS"] = ("IDENTIFIER_INVALID", Sample.Organisation("590000015").Row()),
        ["organisation: type"] = ("IDENTIFIER_INVALID", Sample.Organisation(type: "RNA").Row()),
        ["organisation: SIRET as FINESS"] = ("IDENTIFIER_INVALID", Sample.Organisation("99900012800010").Row()),
        ["organisation: name of another"] = ("NAME_MISMATCH", Sample.Organisation().With(o => o.Name = "organisations/1").Row()),
        ["organisation: label"] = ("DISPLAY_NAME_INVALID", Sample.Organisation().With(o => o.DisplayName = new string('a', 201)).Row()),
        ["organisation: control character"] = ("DISPLAY_NAME_INVALID", Sample.Organisation().With(o => o.DisplayName = "a\0b").Row()),
        ["organisation: postal code"] = ("UNKNOWN_COMMUNE", Sample.Organisation().With(o => o.Commune = "59000").Row()),
        ["organisation: no commune"] = ("COMMUNE_INVALID", Sample.Organisation().With(o => o.Commune = "").Row()),
        ["organisation: kind"] = ("UNKNOWN_KIND", Sample.Organisation(kind: "BOULANGERIE").Row()),
        ["organisation: pôle"] = ("POLE_INVALID", Sample.Organisation().With(o => o.Pole = "P01").Row()),
        ["organisation: date"] = ("JOINED_DATE_INVALID", Sample.Organisation().With(o => o.JoinedDate = new Google.Type.Date { Year = 2026, Month = 2, Day = 30 }).Row()),
        ["organisation: territory of a CSAPA"] = ("TERRITORY_NOT_ALLOWED", Sample.Organisation().With(o => o.TerritoryCommunes.Add("59350")).Row()),
        ["organisation: territory unknown"] = ("UNKNOWN_COMMUNE", Sample.Organisation(kind: "CPTS").With(o => o.TerritoryCommunes.Add("59999")).Row()),
        ["organisation: territory not INSEE"] = ("COMMUNE_INVALID", Sample.Organisation(kind: "CPTS").With(o => o.TerritoryCommunes.Add("Lille")).Row()),
        ["organisation: convention backwards"] = (
            "CONVENTION_DATES_INVALID", Sample.Organisation().With(o => o.Convention.EndDate = Sample.Date("2025-03-15")).Row()),
        ["organisation: convention without end"] = ("CONVENTION_DATES_INVALID", Sample.Organisation().With(o => o.Convention.EndDate = null).Row()),
        ["organisation: convention overlaps"] = (
            "CONVENTION_OVERLAP", Sample.Organisation().With(o => o.Convention.SignedDate = Sample.Date("2025-03-17")).Row()),

        ["professional: name"] = ("NAME_INVALID", Sample.Professional("PER 1").Row()),
        ["professional: RPPS key"] = ("RPPS_INVALID", Sample.Professional(rpps: "99700001234").Row()),
        ["professional: RPPS of another"] = ("RPPS_TAKEN", Sample.Professional("PER-2").Row()),
        ["professional: family name"] = ("FAMILY_NAME_INVALID", Sample.Professional().With(p => p.FamilyName = "").Row()),
        ["professional: given name"] = ("GIVEN_NAME_INVALID", Sample.Professional().With(p => p.GivenName = new string('é', 101)).Row()),
        ["professional: patient's mailbox"] = ("MSSANTE_PATIENT", Sample.Professional().With(p => p.Mssante = "185066204199830@patient.mssante.fr").Row()),
        ["professional: other mailbox"] = ("MSSANTE_INVALID", Sample.Professional().With(p => p.Mssante = "x@gmail.com").Row()),
        ["professional: charter"] = ("CHARTER_DATE_INVALID", Sample.Professional().With(p => p.CharterAcceptedDate = new Google.Type.Date { Year = 2026 }).Row()),
        ["activity: organisation unknown"] = (
            "UNKNOWN_ORGANISATION", Sample.Professional().With(p => p.Activities[0].Organisation = "organisations/590000022").Row()),
        ["activity: organisation's form"] = ("ORGANISATION_INVALID", Sample.Professional().With(p => p.Activities[0].Organisation = "590000014").Row()),
        ["activity: table"] = ("PROFESSION_INVALID", Sample.Professional().With(p => p.Activities[0].ProfessionTable = "TRE_X").Row()),
        ["activity: code"] = ("PROFESSION_INVALID", Sample.Professional().With(p => p.Activities[0].ProfessionCode = "").Row()),
        ["activity: psychologist of old"] = ("PROFESSION_OBSOLETE", Sample.Professional().With(p => p.Activities[0].ProfessionCode = "93").Row()),
        ["activity: savoir-faire"] = ("SAVOIR_FAIRE_INVALID", Sample.Professional().With(p => p.Activities[0].SavoirFaire = "sm 54").Row()),
        ["activity: mode"] = ("MODE_INVALID", Sample.Professional().With(p => p.Activities[0].Mode = Mode.Unspecified).Row()),
        ["activity: mode of tomorrow"] = ("MODE_INVALID", Sample.Professional().With(p => p.Activities[0].Mode = (Mode)9).Row()),
        ["activity: pôle"] = ("POLE_INVALID", Sample.Professional().With(p => p.Activities[0].Pole = "poles/p 1").Row()),
        ["activity: no start"] = ("ACTIVITY_DATES_INVALID", Sample.Professional().With(p => p.Activities[0].FromDate = null).Row()),
        ["activity: ends as it starts"] = ("ACTIVITY_DATES_INVALID", Sample.Professional().With(p => p.Activities[0].UntilDate = Sample.Date("2020-01-01")).Row()),
        ["activity: twice"] = ("ACTIVITY_OVERLAP", Sample.Professional().With(p => p.Activities.Add(Sample.Activity("2021-01-01"))).Row()),
        ["activity: too many"] = (
            "TOO_MANY_ACTIVITIES",
            Sample.Professional().With(p => p.Activities.Add(Enumerable.Range(0, 101).Select(i => Sample.Activity("2021-01-01", organisation: $"{i}")))).Row()),

        ["pôle: name"] = ("NAME_INVALID", Sample.Pole("p01").Row()),
        ["pôle: label"] = ("DISPLAY_NAME_INVALID", Sample.Pole().With(p => p.DisplayName = "").Row()),
        ["pôle: programme's form"] = ("PROGRAMME_INVALID", Sample.Pole().With(p => p.Programme = "ADDICTIONS").Row()),
        ["pôle: programme"] = ("UNKNOWN_PROGRAMME", Sample.Pole().With(p => p.Programme = "programmes/TABAC").Row()),
        ["pôle: rhythm of another programme"] = ("RHYTHM_NOT_ALLOWED", Sample.Pole().With(p => (p.Programme, p.Rhythm) = ("programmes/SANTE_PRECARITE", Rhythm.OnDemand)).Row()),
        ["pôle: rhythm"] = ("RHYTHM_INVALID", Sample.Pole().With(p => p.Rhythm = Rhythm.Unspecified).Row()),
        ["pôle: weekday"] = ("WEEKDAY_INVALID", Sample.Pole().With(p => p.Weekday = (Weekday)8).Row()),
        ["pôle: time"] = ("START_TIME_INVALID", Sample.Pole().With(p => p.StartTime.Hours = 24).Row()),
        ["pôle: no time"] = ("START_TIME_INVALID", Sample.Pole().With(p => p.StartTime = null).Row()),
        ["pôle: duration"] = ("DURATION_INVALID", Sample.Pole().With(p => p.DurationMinutes = 0).Row()),
        ["pôle: modality"] = ("MODALITY_INVALID", Sample.Pole().With(p => p.Modality = Modality.Unspecified).Row()),
        ["pôle: seat"] = ("COMMUNE_INVALID", Sample.Pole().With(p => p.SeatCommune = "").Row()),
        ["pôle: seat unknown"] = ("UNKNOWN_COMMUNE", Sample.Pole().With(p => p.SeatCommune = "59000").Row()),
        ["pôle: territory unknown"] = ("UNKNOWN_COMMUNE", Sample.Pole().With(p => p.Communes.Add("59000")).Row()),
        ["pôle: territory not INSEE"] = ("COMMUNE_INVALID", Sample.Pole().With(p => p.Communes.Add("")).Row()),
        ["pôle: référent unknown"] = ("UNKNOWN_PROFESSIONAL", Sample.Pole().With(p => p.Referent = "professionals/PER-404").Row()),
        ["pôle: référent's form"] = ("REFERENT_INVALID", Sample.Pole().With(p => p.Referent = "PER-1").Row()),
        ["pôle: host unknown"] = ("UNKNOWN_ORGANISATION", Sample.Pole().With(p => p.Host = "organisations/590000022").Row()),
        ["pôle: host's form"] = ("HOST_INVALID", Sample.Pole().With(p => p.Host = "590000014").Row()),
        ["pôle: mailbox"] = ("EMAIL_INVALID", Sample.Pole().With(p => p.CoordinatorEmail = "nobody").Row()),
        ["pôle: start"] = ("ACTIVE_FROM_DATE_INVALID", Sample.Pole().With(p => p.ActiveFromDate = null).Row()),
        ["pôle: area"] = ("AREA_INVALID", Sample.Pole().With(p => p.Area = new string('x', 41)).Row()),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_broken_row_is_rejected_with_its_reason(string name)
    {
        var (reason, row) = Cases[name];
        var before = await membership.Count("outbox");
        var result = Assert.Single(await membership.Import(row));
        Assert.Equal((Outcome.Rejected, reason), (result.Outcome, result.Reason));
        Assert.False(string.IsNullOrWhiteSpace(result.Message));
        // Numbers and mailboxes of people are never repeated.
        Assert.DoesNotContain("185066204199830", result.Message, StringComparison.Ordinal);
        Assert.Equal(before, await membership.Count("outbox"));
    }
}
