using Intervision.Intake.Consents;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using static Intervision.Intake.V1.ConsentGiver;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Tests;

/// <summary>Who may agree for whom (DOMAIN §4), every cell.</summary>
public sealed class ConsentGiverTests
{
    // Rows: the patient's situation. Columns: PATIENT, LEGAL_REPRESENTATIVE, BOTH, MINOR_ALONE.
    private static readonly Dictionary<PatientSituation, string> Table = new()
    {
        [PatientSituation.Unspecified] = "y---",
        [PatientSituation.Adult] = "y---",
        [PatientSituation.Minor] = "-yyy",
        [PatientSituation.Guardianship] = "-yy-",
        [PatientSituation.Curatorship] = "y---",
    };

    public static TheoryData<PatientSituation, ConsentGiver, bool> Cells()
    {
        ConsentGiver[] columns = [Patient, LegalRepresentative, Both, MinorAlone];
        var cells = new TheoryData<PatientSituation, ConsentGiver, bool>();
        foreach (var situation in Enum.GetValues<PatientSituation>())
        {
            foreach (var giver in Enum.GetValues<ConsentGiver>())
            {
                cells.Add(situation, giver, Array.IndexOf(columns, giver) is var column and >= 0 && Table[situation][column] == 'y');
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Every_cell(PatientSituation situation, ConsentGiver giver, bool fits) => Assert.Equal(fits, ConsentGivers.Fits(situation, giver));

    [Theory]
    [InlineData("35-44", Patient, true)]
    [InlineData("35-44", LegalRepresentative, false)]
    [InlineData("35-44", Both, false)]
    [InlineData("35-44", MinorAlone, false)]
    [InlineData("15-17", Patient, false)]
    [InlineData("15-17", LegalRepresentative, true)]
    [InlineData("15-17", Both, true)]
    [InlineData("15-17", MinorAlone, false)]
    public void Who_may_agree_at_a_deposit(string ageBand, ConsentGiver giver, bool fits) => Assert.Equal(fits, ConsentGivers.FitsDeposit(ageBand, giver));

    [Fact]
    public void A_trusted_person_is_no_giver() =>
        Assert.Equal(["Unspecified", "Patient", "LegalRepresentative", "Both", "MinorAlone"], Enum.GetNames<ConsentGiver>());

    [Theory]
    [InlineData("0-14", true)]
    [InlineData("15-17", true)]
    [InlineData("18-24", false)]
    [InlineData("75+", false)]
    [InlineData("", false)]
    public void A_minor_by_the_age_band(string band, bool minor)
    {
        Assert.Equal(minor, ConsentGivers.IsMinor(band));
        Assert.Equal(minor ? PatientSituation.Minor : PatientSituation.Unspecified, ConsentGivers.SituationOf(new Case { AgeBand = band }, PatientSituation.Unspecified));
    }

    [Theory]
    [InlineData("35-44", PatientSituation.Unspecified, Patient, OwnOpinion.Unspecified, "", null)]
    [InlineData("35-44", PatientSituation.Unspecified, LegalRepresentative, OwnOpinion.Agrees, "", "SITUATION_MISSING")]
    [InlineData("35-44", PatientSituation.Unspecified, Both, OwnOpinion.Agrees, "", "SITUATION_MISSING")]
    [InlineData("35-44", PatientSituation.Unspecified, MinorAlone, OwnOpinion.Unspecified, "FAMILLE", "GIVER_DOES_NOT_FIT")]
    [InlineData("35-44", PatientSituation.Adult, LegalRepresentative, OwnOpinion.Agrees, "", "GIVER_DOES_NOT_FIT")]
    [InlineData("35-44", PatientSituation.Minor, Both, OwnOpinion.Agrees, "", "SITUATION_DOES_NOT_FIT_AGE")]
    [InlineData("15-17", PatientSituation.Adult, Patient, OwnOpinion.Unspecified, "", "SITUATION_DOES_NOT_FIT_AGE")]
    [InlineData("15-17", PatientSituation.Unspecified, Patient, OwnOpinion.Unspecified, "", "GIVER_DOES_NOT_FIT")]
    [InlineData("15-17", PatientSituation.Unspecified, Both, OwnOpinion.Unspecified, "", null)]
    [InlineData("15-17", PatientSituation.Minor, LegalRepresentative, OwnOpinion.Unspecified, "", "OWN_OPINION_MISSING")]
    [InlineData("15-17", PatientSituation.Minor, LegalRepresentative, OwnOpinion.Agrees, "", null)]
    [InlineData("15-17", PatientSituation.Minor, LegalRepresentative, OwnOpinion.Unable, "", null)]
    [InlineData("15-17", PatientSituation.Minor, LegalRepresentative, OwnOpinion.Opposed, "", "MINOR_OPPOSED")]
    [InlineData("15-17", PatientSituation.Minor, Both, OwnOpinion.Opposed, "", "MINOR_OPPOSED")]
    [InlineData("15-17", PatientSituation.Minor, MinorAlone, OwnOpinion.Unspecified, "", "ACCOMPANYING_ADULT_INVALID")]
    [InlineData("15-17", PatientSituation.Minor, MinorAlone, OwnOpinion.Unspecified, "ONCLE", "ACCOMPANYING_ADULT_INVALID")]
    [InlineData("15-17", PatientSituation.Minor, MinorAlone, OwnOpinion.Unspecified, "FAMILLE", null)]
    [InlineData("15-17", PatientSituation.Minor, Both, OwnOpinion.Unspecified, "FAMILLE", "ACCOMPANYING_ADULT_INVALID")]
    [InlineData("35-44", PatientSituation.Guardianship, LegalRepresentative, OwnOpinion.Unspecified, "", "OWN_OPINION_MISSING")]
    [InlineData("35-44", PatientSituation.Guardianship, LegalRepresentative, OwnOpinion.Opposed, "", null)]
    [InlineData("35-44", PatientSituation.Guardianship, Patient, OwnOpinion.Unspecified, "", "GIVER_DOES_NOT_FIT")]
    [InlineData("35-44", PatientSituation.Curatorship, Patient, OwnOpinion.Unspecified, "", null)]
    [InlineData("35-44", PatientSituation.Curatorship, LegalRepresentative, OwnOpinion.Agrees, "", "GIVER_DOES_NOT_FIT")]
    public void What_is_said_of_the_giver(
        string ageBand, PatientSituation situation, ConsentGiver giver, OwnOpinion opinion, string adult, string? reason)
    {
        var request = new RecordConsentRequest { PatientSituation = situation, Giver = giver, OwnOpinion = opinion, AccompanyingAdult = adult };
        var violations = new Violations();
        ConsentGivers.Check(violations, request, new Case { AgeBand = ageBand });
        if (reason is null)
        {
            Assert.False(violations.Any);
        }
        else
        {
            Assert.Equal(reason, Assert.Throws<RuleBroken>(violations.ThrowIfAny).Reason);
        }
    }

    [Theory]
    [InlineData(PatientSituation.Minor, MinorAlone, OwnOpinion.Unspecified, true)]
    [InlineData(PatientSituation.Guardianship, LegalRepresentative, OwnOpinion.Opposed, true)]
    [InlineData(PatientSituation.Guardianship, LegalRepresentative, OwnOpinion.Agrees, false)]
    [InlineData(PatientSituation.Minor, Both, OwnOpinion.Unspecified, false)]
    public void What_wants_a_second_look(PatientSituation situation, ConsentGiver giver, OwnOpinion opinion, bool flagged) =>
        Assert.Equal(flagged, ConsentGivers.IsFlagged(new RecordConsentRequest { PatientSituation = situation, Giver = giver, OwnOpinion = opinion }));
}
