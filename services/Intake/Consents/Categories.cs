using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Consents;

/// <summary>
/// Which of the two categories of CSP R1110-2 a professional belongs to, by what they exercise on the day: 1° a
/// profession of TRE_G15; 2° one of TRE_R94 (social) or TRE_R95 (psychologue, ostéopathe, …). Anybody else belongs to
/// neither and may hear of anonymised items only.
/// </summary>
internal static class Categories
{
    /// <summary>Of those known in the directory; who is in neither category is <see cref="ParticipantCategory.Unspecified"/>.</summary>
    public static async Task<IReadOnlyDictionary<string, ParticipantCategory>> Of(Tx tx, string[] people, DateOnly today) =>
        (await tx.Query<Row>(
            """
            select p.name, min(case a.profession_table when 'TRE_G15' then 1 when 'TRE_R94' then 2 when 'TRE_R95' then 2 end) as category
            from professional p left join professional_activity a on a.professional = p.name
              and (a.from_date is null or a.from_date <= @today) and (a.until_date is null or a.until_date > @today)
            where p.name = any (@people)
            group by p.name
            """,
            new { people, today })).ToDictionary(r => r.Name, r => Category(r.Category), StringComparer.Ordinal);

    private static ParticipantCategory Category(int? number) => number switch
    {
        1 => ParticipantCategory.HealthProfessional,
        2 => ParticipantCategory.ListedProfessional,
        _ => ParticipantCategory.Unspecified,
    };

    private sealed class Row
    {
        public string Name { get; init; } = "";

        public int? Category { get; init; }
    }
}
