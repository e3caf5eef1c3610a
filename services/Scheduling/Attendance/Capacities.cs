using Intervision.Scheduling.Directory;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Scheduling.Attendance;

/// <summary>In which capacity somebody came (S7): one of those the directory knows on the date of the session.</summary>
internal static class Capacities
{
    /// <param name="said">Null or empty: the only one there is. Parts left empty fit any.</param>
    /// <returns>The capacity, or why there is none: NO_CAPACITY_ON_DATE, CAPACITY_NOT_HELD, AMBIGUOUS_CAPACITY.</returns>
    public static (Capacity? Capacity, FieldViolation? Violation) Choose(Person person, Capacity? said, string field)
    {
        if (person.Capacities.Count == 0)
        {
            return (null, new FieldViolation(field, "NO_CAPACITY_ON_DATE", "Cette personne n'a aucune activité connue à la date de la séance."));
        }

        return person.Capacities.Where(c => Fits(c, said)).ToList() switch
        {
            [var only] => (only, null),
            [] => (null, new FieldViolation(field, "CAPACITY_NOT_HELD", "Cette personne n'a pas cette activité à la date de la séance.")),
            _ => (null, new FieldViolation(field, "AMBIGUOUS_CAPACITY", "Cette personne a plusieurs activités à cette date : précisez laquelle.")),
        };
    }

    private static bool Fits(Capacity held, Capacity? said) =>
        said is null
        || (Fits(held.ProfessionTable, said.ProfessionTable)
            && Fits(held.ProfessionCode, said.ProfessionCode)
            && Fits(held.Mode, said.Mode)
            && Fits(held.Organisation, said.Organisation));

    private static bool Fits(string held, string said) => said.Length == 0 || held == said;
}
