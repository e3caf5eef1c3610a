using System.Globalization;
using System.Text;
using Intervision.Membership.V1;

namespace Intervision.Benchmarks.Directory;

/// <summary>What users type: each kind as often as the others. Whoever was meant must be found where the page is long enough to tell.</summary>
internal sealed class SearchMix
{
    private const int Count = 2_000;
    private readonly List<(string Kind, SearchProfessionalsRequest Request, string? Meant)> searches;

    public SearchMix(IReadOnlyList<Professional> people)
    {
        var random = new Random(11);
        searches = [.. Enumerable.Range(0, Count).Select(n => Search(n, people[random.Next(people.Count)], random))];
    }

    public (string Kind, SearchProfessionalsRequest Request, string? Meant) this[int n] => searches[n];

    /// <exception cref="InvalidOperationException">Who was meant is not on a page that has room left.</exception>
    public void Check(int n, SearchProfessionalsResponse answer)
    {
        var (kind, request, meant) = searches[n];
        if (meant is not null && answer.NextPageToken.Length == 0 && answer.Professionals.All(p => p.Name != meant))
        {
            throw new InvalidOperationException($"{kind}: {request} does not find {meant}");
        }
    }

    private static (string Kind, SearchProfessionalsRequest Request, string? Meant) Search(int n, Professional person, Random random)
    {
        var (family, given, activity) = (person.FamilyName, person.GivenName, person.Activities[0]);
        // Short words are taken as they are.
        var forgiven = family.Length > 4 && family.All(char.IsLetter) ? person.Name : null;
        return (n % 10) switch
        {
            0 => ("whole name", new() { Query = $"{given} {family}" }, person.Name),
            1 => ("without accents", new() { Query = Plain($"{family} {given}") }, person.Name),
            2 => ("typing error", new() { Query = Misspelt(Plain(family), random) }, forgiven),
            3 => ("typing error, both", new() { Query = $"{given} {Misspelt(Plain(family), random)}" }, forgiven),
            4 => ("beginning", new() { Query = Plain(family)[..Math.Min(family.Length, random.Next(2, 7))] }, null),
            5 => ("RPPS", new() { Rpps = person.Rpps }, person.Name),
            6 => ("structure", new() { Organisation = activity.Organisation }, person.Name),
            7 when random.Next(2) == 0 => ("rare profession", new() { ProfessionTable = "TRE_R94", ProfessionCode = "45" }, null),
            7 => ("profession", new() { ProfessionTable = activity.ProfessionTable, ProfessionCode = activity.ProfessionCode, OnDate = activity.FromDate }, person.Name),
            8 => ("pôle", new() { Pole = activity.Pole }, person.Name),
            _ when random.Next(2) == 0 => ("name and pôle", new() { Query = Plain(family)[..3], Pole = activity.Pole }, null),
            _ => ("name and profession", new() { Query = given, ProfessionTable = activity.ProfessionTable, ProfessionCode = activity.ProfessionCode }, person.Name),
        };
    }

    private static string Misspelt(string name, Random random)
    {
        var at = random.Next(name.Length - 1);
        return random.Next(4) switch
        {
            0 => name.Remove(at, 1),
            1 => name.Insert(at, name[at].ToString()),
            2 => $"{name[..at]}{name[at + 1]}{name[at]}{name[(at + 2)..]}",
            _ => $"{name[..at]}{(char)random.Next('a', 'z' + 1)}{name[(at + 1)..]}",
        };
    }

    private static string Plain(string name) => string.Concat(
        name.Normalize(NormalizationForm.FormD).Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark));
}
