using System.Text.RegularExpressions;

namespace Intervision.Intake.IdentifyingText;

/// <summary>One thing that could tell who the patient is, and what is done about it.</summary>
/// <param name="Reason">UPPER_SNAKE_CASE, part of the API.</param>
/// <param name="Blocks">Refused; otherwise a warning for the second reader.</param>
/// <param name="French">Shown to the author; never quotes the text.</param>
/// <param name="Confirm">Over the whole match: what a regular expression cannot say, such as a key.</param>
internal sealed record Pattern(string Reason, bool Blocks, string French, Regex Regex, Func<string, bool>? Confirm = null)
{
    /// <summary>The match must not touch other digits: 12 digits hold no 10-digit phone number.</summary>
    public bool StandsAlone { get; init; }

    /// <summary>Not told when it lies inside a finding of another pattern, which explains the same characters better.</summary>
    public bool Weak { get; init; }
}

/// <summary>
/// The table of DOMAIN §4, over folded text. Every expression runs in linear time (NonBacktracking). Names
/// of communes are <see cref="CommuneNames"/>'s.
/// </summary>
internal static class Patterns
{
    private const RegexOptions Linear = RegexOptions.CultureInvariant;
    private const RegexOptions AnyCase = Linear | RegexOptions.IgnoreCase;

    /// <summary>Between the digits of a number written by hand.</summary>
    private const string Gap = @"[ ./_()-]{0,2}";

    private const string PhonePrefix = $@"(?:(?:\+|00){Gap}33{Gap}0?|0)";

    private static readonly Regex NirShape = New(
        $@"[1-478]{Gap}[0-9]{{2}}{Gap}[0-9]{{2}}{Gap}(?:[0-9]{{2}}|2[AB]){Gap}[0-9]{{3}}{Gap}[0-9]{{3}}(?:{Gap}[0-9]{{2}})?", AnyCase);

    public static IReadOnlyList<Pattern> All { get; } =
    [
        new("NIR", true, "Un numéro de sécurité sociale ne doit pas figurer ici.", NirShape, text => Keys.IsNir(Compact(text)))
            { StandsAlone = true },
        new("PHONE", true, "Un numéro de téléphone ne doit pas figurer ici.",
            New($@"{PhonePrefix}{Gap}[1-9](?:{Gap}[0-9]{{2}}){{4}}", Linear)) { StandsAlone = true },
        // However its digits are grouped; but part of a social security number is not a phone number.
        new("PHONE", true, "Un numéro de téléphone ne doit pas figurer ici.",
            New($@"{PhonePrefix}{Gap}[1-9](?:{Gap}[0-9]){{8}}", Linear)) { StandsAlone = true, Weak = true },
        new("EMAIL", true, "Une adresse électronique ne doit pas figurer ici.",
            New(@"[\w.+%-]+ ?(?:@|\(at\)|\[at\]) ?[\w-]+(?:\.[\w-]+)+", AnyCase)),
        new("IBAN", true, "Un numéro de compte bancaire ne doit pas figurer ici.",
            New(@"\bFR[ -]?[0-9]{2}(?:[ -]?[0-9A-Z]{4}){5}[ -]?[0-9A-Z]{3}\b", AnyCase)),
        new("DATE", true, "Une date complète (date de naissance ?) ne doit pas figurer ici.",
            New(@"[0-9]{1,2} ?[/.-] ?[0-9]{1,2} ?[/.-] ?(?:19|20)[0-9]{2}", Linear)) { StandsAlone = true },
        new("DATE", true, "Une date complète (date de naissance ?) ne doit pas figurer ici.",
            New(@"(?:19|20)[0-9]{2} ?[/.-] ?[0-9]{1,2} ?[/.-] ?[0-9]{1,2}", Linear)) { StandsAlone = true },
        new("DATE", true, "Une date complète (date de naissance ?) ne doit pas figurer ici.",
            New(@"[0-9]{1,2}(?:er)? (?:janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre) (?:19|20)[0-9]{2}", AnyCase))
            { StandsAlone = true },
        new("NIR_LIKE", false, "Ceci ressemble à un numéro de sécurité sociale.", NirShape, text => !Keys.IsNir(Compact(text)))
            { StandsAlone = true },
        new("SHORT_DATE", false, "Ceci ressemble à une date.",
            New("[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}", Linear)) { StandsAlone = true },
        new("CIVILITY_AND_NAME", false, "Une civilité suivie d'un nom désigne quelqu'un.",
            New(@"\b(?:M|(?i:Mr|Mme|Mlle|Monsieur|Madame|Mademoiselle))\b\.? {0,3}(?:(?:de|du|des|la|le) {1,3}){0,2}(?:d')?\p{Lu}[\p{L}'-]*", Linear)),
        new("BIRTH", false, "« Né(e) le » annonce une date de naissance.", New(@"\bn[ée](?:e|\(e\)|[.·]e)? (?:le|en)\b", AnyCase)),
        new("INITIALS", false, "Des initiales désignent quelqu'un.", New(@"\b\p{Lu}\. ?\p{Lu}\.", Linear)),
        new("RPPS", false, "Ceci ressemble à un numéro RPPS.", New("[0-9]{11}", Linear), text => Keys.IsLuhn(text)) { StandsAlone = true },
        new("FINESS", false, "Ceci ressemble à un numéro FINESS.", New("[0-9]{2}0[0-9]{6}", Linear), text => Keys.IsLuhn(text)) { StandsAlone = true },
        new("STREET", false, "Ceci ressemble à une adresse.",
            New(@"\b[0-9]{1,4} ?(?:bis|ter)?,? ?(?:rue|avenue|av|boulevard|bd|bld|chemin|impasse|all[ée]e|place|quai|route|square|r[ée]sidence)\b", AnyCase)),
        new("STREET", false, "Ceci ressemble à une adresse.",
            New(@"\b(?:rue|avenue|boulevard|impasse) (?:du|des|de|d'|la|le|les)\b", AnyCase)),
        new("DWELLING", false, "Le lieu de vie peut désigner quelqu'un.",
            New(@"\b(?i:habite|r[ée]side|demeure|domicili[ée]e?) {1,3}(?:à|a|au|rue|\p{Lu}\p{L}+)", Linear)),
    ];

    private static Regex New(string pattern, RegexOptions options) =>
        new(pattern, options | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));

    private static string Compact(string text) => string.Concat(text.Where(char.IsAsciiLetterOrDigit));
}
