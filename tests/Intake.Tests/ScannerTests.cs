using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Intervision.Intake.IdentifyingText;

namespace Intervision.Intake.Tests;

/// <summary>The leak detector of DOMAIN §4.</summary>
public sealed class ScannerTests
{
    [Theory]
    // NIR, with its key.
    [InlineData("Son numéro est 1 85 06 62 041 998 30, dossier complexe.", "NIR", "1 85 06 62 041 998 30")]
    [InlineData("NIR 185066204199830", "NIR", "185066204199830")]
    [InlineData("née en Corse 199102A00499929 ?", "NIR", "199102A00499929")]
    [InlineData("289072b03399864", "NIR", "289072b03399864")]
    [InlineData("1.85.06.62.041.998-30", "NIR", "1.85.06.62.041.998-30")]
    // Telephone.
    [InlineData("Patient joignable au 06 12 34 56 78, que faire ?", "PHONE", "06 12 34 56 78")]
    [InlineData("0612345678", "PHONE", "0612345678")]
    [InlineData("tél.06.12.34.56.78.", "PHONE", "06.12.34.56.78")]
    [InlineData("+33 6 12 34 56 78", "PHONE", "+33 6 12 34 56 78")]
    [InlineData("0033612345678", "PHONE", "0033612345678")]
    [InlineData("+33 (0)6 12 34 56 78", "PHONE", "+33 (0)6 12 34 56 78")]
    [InlineData("03-20-12-34-56", "PHONE", "03-20-12-34-56")]
    [InlineData("0 6 1 2 3 4 5 6 7 8", "PHONE", "0 6 1 2 3 4 5 6 7 8")]
    [InlineData("0 800 123 456", "PHONE", "0 800 123 456")]
    // E-mail.
    [InlineData("Écrire à prenom.nom@example.org pour la suite.", "EMAIL", "prenom.nom@example.org")]
    [InlineData("prenom.nom (at) example.org", "EMAIL", "prenom.nom (at) example.org")]
    // IBAN.
    [InlineData("FR76 9999 9000 0212 3456 7890 137", "IBAN", "FR76 9999 9000 0212 3456 7890 137")]
    [InlineData("fr7699999000021234567890137", "IBAN", "fr7699999000021234567890137")]
    // Date of birth.
    [InlineData("Né le 03/04/1985, habite Lille, quelle suite ?", "DATE", "03/04/1985")]
    [InlineData("3-4-1985", "DATE", "3-4-1985")]
    [InlineData("03.04.2001", "DATE", "03.04.2001")]
    [InlineData("1985-04-03", "DATE", "1985-04-03")]
    [InlineData("le 1er avril 1985", "DATE", "1er avril 1985")]
    [InlineData("3 AOÛT 1985", "DATE", "3 AOÛT 1985")]
    // Unicode does not slip through.
    [InlineData("06\u00A012\u202F34\u200956\u00A078", "PHONE", "06\u00A012\u202F34\u200956\u00A078")]
    [InlineData("０６１２３４５６７８", "PHONE", "０６１２３４５６７８")]
    [InlineData("٠٦١٢٣٤٥٦٧٨", "PHONE", "٠٦١٢٣٤٥٦٧٨")]
    [InlineData("𝟎𝟔𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖", "PHONE", "𝟎𝟔𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖")]
    [InlineData("06\u200B12\u200B34\u200B56\u200B78", "PHONE", "06\u200B12\u200B34\u200B56\u200B78")]
    [InlineData("06\u201012\u201334\u201456\u221278", "PHONE", "06\u201012\u201334\u201456\u221278")]
    [InlineData("prenom.nom＠example．org", "EMAIL", "prenom.nom＠example．org")]
    [InlineData("03\u204404\u20441985", "DATE", "03\u204404\u20441985")]
    [InlineData("1\u00A085\u00A006\u00A062\u00A0041\u00A0998\u00A030", "NIR", "1\u00A085\u00A006\u00A062\u00A0041\u00A0998\u00A030")]
    public void Blocked(string text, string reason, string span)
    {
        var finding = Assert.Single(Scanner.Scan("question", text), f => f.Blocks);
        Assert.Equal((reason, span), (finding.Reason, text.Substring(finding.Start, finding.Length)));
    }

    [Theory]
    [InlineData("1 85 06 62 041 998 31", "NIR_LIKE", "1 85 06 62 041 998 31")]
    [InlineData("185066204199831", "NIR_LIKE", "185066204199831")]
    [InlineData("1 85 06 62 041 998", "NIR_LIKE", "1 85 06 62 041 998")]
    [InlineData("vu le 12/04/85", "SHORT_DATE", "12/04/85")]
    [InlineData("Mme Durand ne vient plus", "CIVILITY_AND_NAME", "Mme Durand")]
    [InlineData("M. Durand ne vient plus", "CIVILITY_AND_NAME", "M. Durand")]
    [InlineData("Monsieur D'Artois", "CIVILITY_AND_NAME", "Monsieur D'Artois")]
    [InlineData("Mlle\u00A0Durand", "CIVILITY_AND_NAME", "Mlle\u00A0Durand")]
    [InlineData("que faire avec madame Durand ?", "CIVILITY_AND_NAME", "madame Durand")]
    [InlineData("MME  Durand", "CIVILITY_AND_NAME", "MME  Durand")]
    [InlineData("vu mme de la Tour hier", "CIVILITY_AND_NAME", "mme de la Tour")]
    [InlineData("Habite à côté", "DWELLING", "Habite à")]
    [InlineData("née le premier du mois", "BIRTH", "née le")]
    [InlineData("Né(e) en Corse", "BIRTH", "Né(e) en")]
    [InlineData("Ne\u0301e le premier", "BIRTH", "Ne\u0301e le")]
    [InlineData("le patient J.D. ne vient plus", "INITIALS", "J.D.")]
    [InlineData("RPPS 99700001235 du médecin", "RPPS", "99700001235")]
    [InlineData("FINESS 590000998", "FINESS", "590000998")]
    [InlineData("au 12 bis, rue Nationale", "STREET", "12 bis, rue")]
    [InlineData("dans la rue de Paris", "STREET", "rue de")]
    [InlineData("il habite à côté", "DWELLING", "habite à")]
    [InlineData("elle habite Lille", "DWELLING", "habite Lille")]
    // Communes, however written.
    [InlineData("suivi à Roubaix depuis un an", "COMMUNE", "Roubaix")]
    [InlineData("Roubaix est trop loin", "COMMUNE", "Roubaix")]
    [InlineData("de HÉNIN-BEAUMONT à chez lui", "COMMUNE", "HÉNIN-BEAUMONT")]
    [InlineData("vers Henin Beaumont", "COMMUNE", "Henin Beaumont")]
    [InlineData("au Quesnoy le mardi", "COMMUNE", "Quesnoy")]
    [InlineData("à L’Étoile, en Picardie", "COMMUNE", "Étoile")]
    [InlineData("à Saint-Pol-sur-Ternoise hier", "COMMUNE", "Saint-Pol-sur-Ternoise")]
    [InlineData("dans Avion même", "COMMUNE", "Avion")]
    [InlineData("près de Rœux", "COMMUNE", "Rœux")]
    public void Warned_of(string text, string reason, string span)
    {
        var finding = Assert.Single(Scanner.Scan("sheet.situation", text));
        Assert.Equal((reason, span, false), (finding.Reason, text.Substring(finding.Start, finding.Length), finding.Blocks));
        Assert.DoesNotContain(span, finding.French, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Quel lieu d'hébergement compatible avec la poursuite du traitement de substitution ?")]
    [InlineData("Méthadone 40 mg, puis 35 mg ; 2 à 3 prises par jour, 7j/7, depuis 10 ans.")]
    [InlineData("Vit à la rue depuis 2019, sans domicile ; place en LHSS demandée.")]
    [InlineData("TA 12/8, IMC 22.5, 3 à 4 verres/jour, 20 cigarettes.")]
    [InlineData("Suivi au CSAPA et au CMP ; M2 en cours, RQTH en 2024.")]
    [InlineData("RPPS 99700001234 a une clé fausse, FINESS 590000999 aussi.")]
    [InlineData("Avion ou train ? Rue ou foyer ? Ville ou campagne ?")]
    [InlineData("Suivi EPS et HAM, la croix et la couture.")]
    [InlineData("Rappeler à madame de venir ; à 20 m du CSAPA.")]
    [InlineData("12345678901234567890123456789012")]
    [InlineData("")]
    public void Left_alone(string text) => Assert.Empty(Scanner.Scan("question", text));

    [Fact]
    public void What_looks_like_a_social_security_number_hides_no_phone_number() =>
        Assert.Contains(Scanner.Scan("question", "1 85 06 12 34 56 78"), f => f is { Reason: "PHONE", Blocks: true });

    [Fact]
    public void The_seat_of_the_pole_may_be_named_and_no_other_commune()
    {
        Assert.Empty(Scanner.Scan("question", "Consultations à Lens seulement ?", ["62498"]));
        var found = Assert.Single(Scanner.Scan("question", "De Lens à Arras ?", ["62498"]));
        Assert.Equal(("COMMUNE", 10), (found.Reason, found.Start));
    }

    [Fact]
    public void Every_finding_of_a_text_is_told_in_order()
    {
        var found = Scanner.Scan("question", "Mme Durand, née le 03/04/1985, 06 12 34 56 78");
        Assert.Equal(["CIVILITY_AND_NAME", "BIRTH", "DATE", "PHONE"], found.Select(f => f.Reason));
    }

    [Fact]
    public void Whatever_separates_the_digits_of_a_phone_number_it_is_found()
    {
        var separator = Gen.Elements("", " ", ".", "-", "/", "_", "\u00A0", "\u202F", "\u2009", "\u200B", "\u2011", "\u2013", "\uFF0E", "\u00AD", " - ".Trim());
        var property = Prop.ForAll(
            Gen.ArrayOf(Gen.Choose(0, 9), 8).Zip(Gen.ArrayOf(separator, 9)).Zip(Gen.Choose(1, 9)).ToArbitrary(),
            t =>
            {
                var ((digits, separators), second) = t;
                var number = "0" + separators[8] + second + string.Concat(digits.Zip(separators, (d, s) => $"{s}{d}"));
                return Scanner.Scan("question", $"joindre au {number} svp").Any(f => f is { Blocks: true });
            });
        property.QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Whatever_number_with_a_valid_key_is_found_wherever_it_stands()
    {
        var property = Prop.ForAll(
            Gen.Choose(1, 99).Zip(Gen.Choose(1, 12)).Zip(Gen.Choose(1, 95)).Zip(Gen.Choose(0, 999999)).Zip(Gen.Choose(0, 60)).ToArbitrary(),
            t =>
            {
                var ((((year, month), departement), rest), at) = t;
                var body = $"2{year:00}{month:00}{departement:00}{rest:000000}";
                var key = 97 - long.Parse(body, System.Globalization.CultureInfo.InvariantCulture) % 97;
                var text = new string('x', at) + $" {body}{key:00} fin";
                return Scanner.Scan("question", text).Any(f => f is { Reason: "NIR", Blocks: true, Length: 15 } && f.Start == at + 1);
            });
        property.QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_text_makes_the_scanner_fail_and_spans_lie_inside()
    {
        var property = Prop.ForAll<string>(text =>
        {
            text ??= "";
            return Scanner.Scan("question", text).All(f => f.Start >= 0 && f.Length > 0 && f.Start + f.Length <= text.Length);
        });
        property.QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("0 ")]
    [InlineData("1 ")]
    [InlineData("06 12 34 56 7")]
    [InlineData("1 85 06 62 041 99")]
    [InlineData("a.")]
    [InlineData("A. ")]
    [InlineData("FR76 9999 ")]
    [InlineData("12/")]
    [InlineData("né ")]
    [InlineData("M. ")]
    [InlineData("12 bis, ")]
    [InlineData("\u200B")]
    public void Hostile_texts_cost_no_more_than_their_length(string seed)
    {
        // Ten times the text may cost ten times as much, not a hundred: measured against itself, best of several.
        var small = Repeat(seed, 3_000);
        var large = Repeat(seed, 30_000);
        Scanner.Scan("warm-up", small);
        Scanner.Scan("warm-up", large);
        Assert.True(Best(large) < 60 * Best(small) + TimeSpan.FromMilliseconds(20), $"{Best(small)} for 3,000 characters, {Best(large)} for 30,000");
    }

    private static TimeSpan Best(string text) => Enumerable.Range(0, 5).Min(_ =>
    {
        var clock = Stopwatch.StartNew();
        Scanner.Scan("question", text);
        return clock.Elapsed;
    });

    private static string Repeat(string seed, int length) => string.Concat(Enumerable.Repeat(seed, length / seed.Length + 1))[..length];
}
