using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Directory;

/// <summary>Whether programmes indemnify, day by day, read once for a batch.</summary>
internal sealed class ProgrammeRules
{
    private readonly ILookup<string, (DateTimeOffset From, bool Indemnified)> rules;
    private readonly Dictionary<(string Programme, DateOnly Date), bool?> days = [];

    private ProgrammeRules(ILookup<string, (DateTimeOffset From, bool Indemnified)> rules) => this.rules = rules;

    public static async Task<ProgrammeRules> Of(Tx tx, IEnumerable<string> programmes)
    {
        var rows = await tx.Query<(string Programme, DateTime From, bool Indemnified)>(
            "select programme, from_time, indemnified from programme_rule where programme = any(@names) order by from_time",
            new { names = programmes.Distinct(StringComparer.Ordinal).ToArray() });
        return new ProgrammeRules(rows.ToLookup(r => r.Programme, r => (new DateTimeOffset(DateTime.SpecifyKind(r.From, DateTimeKind.Utc)), r.Indemnified), StringComparer.Ordinal));
    }

    /// <summary>By the rule of the day; of days before the first rule that was told, by that one.</summary>
    /// <returns>Null when Membership has not told of the programme yet.</returns>
    public bool? On(string programme, DateOnly date)
    {
        if (!days.TryGetValue((programme, date), out var indemnified))
        {
            var nextDay = Paris.InstantOf(date.AddDays(1), TimeOnly.MinValue);
            var ofProgramme = rules[programme].ToList();
            indemnified = ofProgramme.Count == 0 ? null : ofProgramme[Math.Max(0, ofProgramme.FindLastIndex(r => r.From < nextDay))].Indemnified;
            days.Add((programme, date), indemnified);
        }

        return indemnified;
    }
}
