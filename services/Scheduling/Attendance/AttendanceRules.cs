using Google.Protobuf.WellKnownTypes;
using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Scheduling.Attendance;

/// <summary>What every line of a sheet must be (S7), before anybody asks who the person is.</summary>
internal static class AttendanceRules
{
    private const int MostLines = 100;
    private const int MostKilometres = 1000;

    /// <summary>People come up to an hour before and stay up to two hours after; further off, a time is a slip of the pen.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromHours(1);
    private static readonly TimeSpan After = TimeSpan.FromHours(2);

    /// <exception cref="RuleBroken">INVALID_ARGUMENT with every violation, in the order of lines and fields.</exception>
    public static void MustFit(Meeting meeting, IReadOnlyList<AttendanceLine> lines)
    {
        var broken = new Violations();
        if (broken.Check(lines.Count is > 0 and <= MostLines, "lines", "LINE_COUNT_INVALID", $"De 1 à {MostLines} lignes par appel."))
        {
            var people = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < lines.Count; i++)
            {
                var field = $"lines[{i}]";
                broken.Check(people.Add(lines[i].Professional), $"{field}.professional", "DUPLICATE_PERSON", "Une personne a deux lignes.");
                CheckPresence(broken, lines[i], field);
                CheckTimes(broken, meeting, lines[i], field);
                CheckCases(broken, meeting, lines[i], field);
                CheckEvidence(broken, lines[i], field);
                CheckReplacement(broken, lines[i], field);
            }
        }

        broken.ThrowIfAny();
    }

    private static void CheckPresence(Violations broken, AttendanceLine line, string field)
    {
        broken.Check(line.Professional.StartsWith("professionals/", StringComparison.Ordinal), $"{field}.professional", "PROFESSIONAL_NAME_INVALID", "Le nom de la personne est attendu : professionals/….");
        broken.Check(line.Role != SessionRole.Unspecified && System.Enum.IsDefined(line.Role), $"{field}.role", "ROLE_MISSING", "Le rôle manque.");
        broken.Check(line.Mode != AttendanceMode.Unspecified && System.Enum.IsDefined(line.Mode), $"{field}.mode", "MODE_MISSING", "Présentiel ou visio ?");
    }

    private static void CheckTimes(Violations broken, Meeting meeting, AttendanceLine line, string field)
    {
        if (Instant(line.InTime) is not { } @in || Instant(line.OutTime) is not { } @out)
        {
            broken.Check(holds: false, $"{field}.in_time", "TIME_MISSING", "L'heure d'arrivée ou de départ manque.");
            return;
        }

        broken.Check(@in < @out, $"{field}.out_time", "LEFT_BEFORE_COMING", "Le départ précède l'arrivée.");
        broken.Check(
            FallsInto(meeting, @in, @out) && @in < meeting.End && @out > meeting.Start,
            $"{field}.in_time",
            "TIME_OUTSIDE_SESSION",
            "Les heures de présence ne tombent pas dans la séance.");
    }

    /// <summary>Not so far off that it must be a slip of the pen.</summary>
    internal static bool FallsInto(Meeting meeting, DateTimeOffset from, DateTimeOffset to) => from >= meeting.Start - Before && to <= meeting.End + After;

    /// <summary>Null when absent or no instant of the calendar.</summary>
    internal static DateTimeOffset? Instant(Timestamp? said) =>
        said is { Nanos: >= 0 and < 1_000_000_000 } && said.Seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && said.Seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? said.ToDateTimeOffset()
            : null;

    private static void CheckCases(Violations broken, Meeting meeting, AttendanceLine line, string field)
    {
        foreach (var (name, i) in line.Cases.Select((c, i) => (c, i)))
        {
            broken.Check(meeting.Live.Any(item => item.Case == name), $"{field}.cases[{i}]", "CASE_NOT_ON_AGENDA", "Cette situation n'est pas à l'ordre du jour.");
        }
    }

    private static void CheckEvidence(Violations broken, AttendanceLine line, string field)
    {
        if (broken.Check(line.Kilometres is >= 0 and <= MostKilometres, $"{field}.kilometres", "KILOMETRES_INVALID", $"De 0 à {MostKilometres} km."))
        {
            broken.Check(line.Mode != AttendanceMode.Video || line.Kilometres == 0, $"{field}.kilometres", "KILOMETRES_BY_VIDEO", "Pas de kilomètres en visio.");
        }

        broken.Check(
            !(line.NoOtherFunderDeclared && line.OtherFunderDeclared), $"{field}.other_funder_declared", "DECLARATION_CONTRADICTORY",
            "La personne déclare à la fois être et ne pas être payée par un autre financeur.");
        broken.Check(line.Signature is "PAPER" or "ELECTRONIC", $"{field}.signature", "SIGNATURE_MISSING", "Comment la feuille a-t-elle été signée : PAPER ou ELECTRONIC ?");
    }

    private static void CheckReplacement(Violations broken, AttendanceLine line, string field)
    {
        broken.Check(
            line.Replaces.Length == 0 || (line.Replaces.StartsWith("professionals/", StringComparison.Ordinal) && line.Replaces.Length <= 128 && line.Replaces != line.Professional),
            $"{field}.replaces", "REPLACED_PERSON_INVALID", "Le nom de la personne remplacée est attendu : professionals/…, une autre que la remplaçante.");
        broken.Check(
            line.ReplacementLicence.Length == 0 || (line.Replaces.Length > 0 && line.ReplacementLicence.Length <= 35 && line.ReplacementLicence.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-')),
            $"{field}.replacement_licence", "LICENCE_INVALID", "Le numéro de la licence de remplacement n'est pas valable, ou personne n'est remplacé.");
    }
}
