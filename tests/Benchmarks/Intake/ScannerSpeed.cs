using System.Diagnostics;
using Intervision.Intake.IdentifyingText;

namespace Intervision.Benchmarks.Intake;

/// <summary>What reading a text for what could identify somebody costs, microseconds for 3,000 characters.</summary>
/// <param name="PlainUs">Ordinary French without anything to find, median.</param>
/// <param name="WorstUs">The worst median of the texts that are made to be slow.</param>
/// <param name="Worst">Which one.</param>
internal sealed record ScannerSpeed(double PlainUs, double FindingsUs, double WorstUs, string Worst)
{
    public const string Method =
        "Scanner: Scanner.Scan of 3,000 characters on one thread, median of 2,000 runs after 2,000 of warm-up, of ordinary French, of the same with one finding a sentence, and of texts that make an expression begin again at every character.";

    private const int Length = 3000;
    private const string French =
        "La situation se dégrade depuis l'été : ruptures de traitement répétées, consommation d'alcool en hausse, logement menacé. "
        + "Le suivi au CSAPA est irrégulier, 2 à 3 rendez-vous sur 5 sont honorés. Méthadone 40 mg, puis 35 mg ; benzodiazépines en automédication. ";

    private static readonly (string Name, string Text)[] Hostile =
    [
        ("digits", "1"), ("digits with gaps", "1 "), ("almost NIR", "1850662041998"), ("almost phone", "0 6 1 2 3 4 5 6 "), ("dates", "1.1.1 "),
        ("e-mail words", "a.a-a_a+a"), ("at signs", "a@a-"), ("IBAN", "FR76 9999 9000 0212 3456 7890 "), ("capitals", "É. À-'"), ("civilities", "M. Mme. "),
        ("combining marks", "e\u0301\u0301"), ("full-width digits", "０６"), ("streets", "12 bis, rue de la "), ("surrogates", "𝟎𝟔"), ("communes", "Saint-Pol-sur-"),
    ];

    public static ScannerSpeed Measure()
    {
        var hostile = Hostile.Select(h => (h.Name, Us: Median(Repeat(h.Text)))).ToList();
        hostile.ForEach(h => Console.WriteLine($"Scanner {h.Name,-18} {h.Us:F0} us"));
        var worst = hostile.MaxBy(h => h.Us);
        return new ScannerSpeed(Median(Repeat(French)), Median(Repeat(French + "Mme Durand, 06 12 34 56 78. ")), worst.Us, worst.Name);
    }

    private static string Repeat(string text) => string.Concat(Enumerable.Repeat(text, (Length / text.Length) + 1))[..Length];

    private static double Median(string text)
    {
        var runs = new double[2000];
        for (var i = -runs.Length; i < runs.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            _ = Scanner.Scan("sheet.situation", text);
            if (i >= 0)
            {
                runs[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }
        }

        return Math.Round(runs.Order().ElementAt(runs.Length / 2), 1);
    }
}
