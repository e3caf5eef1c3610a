using System.Text;
using Intervision.Indemnisation.Reports.Files;

namespace Intervision.Indemnisation.Reports.Statements;

/// <summary>A statement as French CSV: one table, a total that a spreadsheet can check.</summary>
internal static class StatementCsv
{
    public static string Of(Statement statement)
    {
        var text = new StringBuilder(FrenchCsv.ByteOrderMark);
        text.Append(FrenchCsv.Line(
            "Bénéficiaire", "Titulaire", "SIRET", "Date de séance", "Pôle", "Personne", "Objet", "Minutes", "Km", "Montant", "État", "Plafond", "Payé le", "Paiement", "Ligne"));
        foreach (var line in statement.Lines)
        {
            text.Append(FrenchCsv.Line(
                statement.Payee, statement.HolderName, statement.Siret, line.SessionDate, line.Pole, line.Person, line.Subject, line.PresentMinutes,
                line.Kilometres, new Cents(line.AmountCents), line.Standing, line.Reason, line.PaymentDate, line.Payment?.ToString() ?? "", line.Id.ToString()));
        }

        text.Append(FrenchCsv.Line(
            statement.Payee, statement.HolderName, statement.Siret, null, null, null, "TOTAL", null, null, new Cents(statement.TotalCents)));
        return text.ToString();
    }
}
