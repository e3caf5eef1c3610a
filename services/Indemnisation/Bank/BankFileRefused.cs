namespace Intervision.Indemnisation.Bank;

/// <summary>The file cannot be read as a file of the bank. What it holds is never quoted: it may be anything.</summary>
/// <param name="line">In the file, from 1.</param>
internal sealed class BankFileRefused(int line, string french) : Exception(string.Create(
    System.Globalization.CultureInfo.InvariantCulture, $"Ligne {Math.Max(line, 1)} du fichier : {french}"));
