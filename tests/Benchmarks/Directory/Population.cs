using System.Globalization;
using System.Reflection;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Benchmarks.Directory;

/// <summary>
/// Invented professionals with the names of a French region: a few hundred family names make a third of the people, as
/// in the state's own lists, the others bear one of some ten thousand made of French syllables; given names are few. The
/// same seed gives the same people.
/// </summary>
internal sealed class Population(int seed)
{
    private static readonly string[] Begin = "B C D F G H L M N P R S T V W Br Ch Cl Cr De Du La Le Gr Tr Pl Qu Van".Split(' ');
    private static readonly string[] Vowel = "a e i o u ai au ou eu an en on in oi é".Split(' ');
    private static readonly string[] Middle = "b c d f g l m n p r s t v nn ll rr ss".Split(' ');
    private static readonly string[] End = "rd t l ll r rt ier ez ot et eau in on ard aux el ert ier que ne re sse lle ck".Split(' ');

    /// <summary>Profession, savoir-faire, and how many of a thousand people exercise it.</summary>
    private static readonly (string Table, string Code, string SavoirFaire, int Weight)[] Professions =
    [
        ("TRE_G15", "60", "", 300), ("TRE_G15", "10", "SM54", 240), ("TRE_G15", "21", "", 150), ("TRE_G15", "70", "", 100), ("TRE_R94", "41", "", 60),
        ("TRE_G15", "40", "", 40), ("TRE_R95", "93", "", 40), ("TRE_G15", "10", "SM42", 39), ("TRE_G15", "50", "", 30), ("TRE_R94", "45", "", 1),
    ];

    private readonly Random random = new(seed);
    private readonly string[] commonFamilies = Read("family_names.txt");
    private readonly string[] givenNames = Read("given_names.txt");

    /// <summary>Structures of the size of a cabinet or an officine, in these communes.</summary>
    public List<Organisation> Organisations(int count, IReadOnlyList<string> communes, IReadOnlyList<string> poles) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            var siret = WithKey(WithKey($"{81_000_000 + i}") + "0001");
            return new Organisation
            {
                Name = "organisations/" + siret,
                IdentifierType = "SIRET",
                Identifier = siret,
                DisplayName = $"Cabinet {i}",
                Kind = "CABINET",
                Commune = communes[random.Next(communes.Count)],
                Pole = poles[i % poles.Count],
            };
        }),
    ];

    public List<Professional> People(int count, IReadOnlyList<Organisation> organisations)
    {
        var rareFamilies = Enumerable.Range(0, 40_000).Select(_ => RareFamily()).ToArray();
        return [.. Enumerable.Range(0, count).Select(i => Person(i, organisations, rareFamilies))];
    }

    private Professional Person(int i, IReadOnlyList<Organisation> organisations, string[] rareFamilies)
    {
        var family = Family(rareFamilies);
        var person = new Professional
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"professionals/GEN-{i:000000}"),
            Rpps = i % 10 == 9 ? "" : WithKey(string.Create(CultureInfo.InvariantCulture, $"998{i:0000000}")),
            FamilyName = random.Next(20) == 0 ? $"{family}-{Family(rareFamilies)}" : family,
            GivenName = Frequent(givenNames),
            Mssante = string.Create(CultureInfo.InvariantCulture, $"gen{i:000000}@pro.mssante.fr"),
        };
        person.Activities.Add(Activity(organisations, 1));
        if (random.Next(4) == 0)
        {
            person.Activities.Add(Activity(organisations, 2));
        }

        return person;
    }

    private Activity Activity(IReadOnlyList<Organisation> organisations, int mode)
    {
        var organisation = organisations[(int)(organisations.Count * Math.Pow(random.NextDouble(), 1.5))];
        var drawn = random.Next(1000);
        var profession = Professions.First(p => (drawn -= p.Weight) < 0);
        var from = new DateOnly(2010 + random.Next(15), 1 + random.Next(12), 1);
        return new Activity
        {
            ProfessionTable = profession.Table,
            ProfessionCode = profession.Code,
            SavoirFaire = profession.SavoirFaire,
            Mode = (Mode)mode,
            Organisation = organisation.Name,
            Pole = organisation.Pole,
            FromDate = from.ToProto(),
            UntilDate = random.Next(10) == 0 ? from.AddMonths(18).ToProto() : null,
        };
    }

    private string Family(string[] rare) => random.Next(10) < 3 ? Frequent(commonFamilies) : rare[random.Next(rare.Length)];

    /// <summary>The first of the list are borne by many times more people than the last.</summary>
    private string Frequent(string[] names) => names[(int)(names.Length * Math.Pow(random.NextDouble(), 2.5))].Replace('_', ' ');

    private string RareFamily()
    {
        var name = Of(Begin) + Of(Vowel);
        for (var more = random.Next(3); more > 0; more--)
        {
            name += Of(Middle) + Of(Vowel);
        }

        return name + Of(End);
    }

    private string Of(string[] parts) => parts[random.Next(parts.Length)];

    private static string WithKey(string digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var weighted = (digits[^(i + 1)] - '0') * (i % 2 == 0 ? 2 : 1);
            sum += weighted > 9 ? weighted - 9 : weighted;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{digits}{(10 - (sum % 10)) % 10}");
    }

    private static string[] Read(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }
}
