using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Library;

/// <summary>What the published cases can be chosen by: codes that some of them bear.</summary>
internal sealed class LibraryChoices
{
    public string[] Motives { get; init; } = [];

    public string[] Products { get; init; } = [];

    public string[] AgeBands { get; init; } = [];

    public string[] Areas { get; init; } = [];

    public string[] Orientations { get; init; } = [];

    public DateOnly[] Quarters { get; init; } = [];

    public static Task<LibraryChoices> Load(Tx tx) => tx.Single<LibraryChoices>(
        """
        select
          array (select distinct motive from library_entry where motive <> '' order by 1) as motives,
          array (select distinct product from library_entry where product <> '' order by 1) as products,
          array (select distinct age_band from library_entry order by 1) as age_bands,
          array (select distinct area from library_entry order by 1) as areas,
          array (select distinct unnest(orientations) from library_entry order by 1) as orientations,
          array (select distinct publish_quarter from library_entry order by 1 desc) as quarters
        """);
}
