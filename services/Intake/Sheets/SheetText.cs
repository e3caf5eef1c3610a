using Intervision.Intake.IdentifyingText;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.Sheets;

/// <summary>The bounded texts of a sheet (DOMAIN §4), scanned field by field.</summary>
internal static class SheetText
{
    /// <summary>Name of the sheet in the vault.</summary>
    public const string Field = "sheet";

    private const int MaximumTreatments = 20;

    /// <param name="seats">See <see cref="PoleSeats"/>.</param>
    /// <returns>Suspicions for the second reader.</returns>
    public static IReadOnlyList<TextWarning> Check(Violations violations, Sheet? sheet, IReadOnlyCollection<string> seats)
    {
        if (sheet is null)
        {
            violations.Add(new FieldViolation("sheet", "SHEET_MISSING", "La fiche est obligatoire."));
            return [];
        }

        var warnings = new List<TextWarning>();
        if (violations.Check(sheet.Treatments.Count <= MaximumTreatments, "sheet.treatments", "TOO_MANY_TREATMENTS", "Vingt traitements au plus."))
        {
            for (var i = 0; i < sheet.Treatments.Count; i++)
            {
                warnings.AddRange(Texts.AtMost(violations, $"sheet.treatments[{i}]", sheet.Treatments[i], 100, seats));
            }
        }

        warnings.AddRange(Texts.Question(violations, "sheet.question", sheet.Question, seats));
        warnings.AddRange(Texts.AtMost(violations, "sheet.situation", sheet.Situation, 3000, seats));
        return warnings;
    }
}
