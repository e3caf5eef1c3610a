using Intervision.Scheduling.Sessions;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Attendance;

/// <summary>Corrections in the database: appended, never changed.</summary>
internal static class CorrectionStore
{
    public static async Task<ILookup<Guid, Correction>> Of(Tx tx, IReadOnlyList<Meeting> meetings)
    {
        var ids = new { ids = meetings.Where(m => m.IsCertified).Select(m => m.Id).ToArray() };
        if (ids.ids.Length == 0)
        {
            return Array.Empty<(Guid, Correction)>().ToLookup(p => p.Item1, p => p.Item2);
        }

        var corrections = await tx.Query<CorrectionRow>(
            "select * from attendance_correction where session_id = any(@ids) order by professional collate \"C\", revision", ids);
        if (corrections.Count == 0)
        {
            return Array.Empty<(Guid, Correction)>().ToLookup(p => p.Item1, p => p.Item2);
        }

        var cases = meetings.SelectMany(m => m.Items.Select(i => (m.Id, i))).ToDictionary(p => (p.Id, p.i.Position), p => p.i.Case);
        var entries = (await tx.Query<EntryRow>("select * from attendance_entry where session_id = any(@ids)", ids)).ToDictionary(
            e => (e.SessionId, e.Professional, e.Revision, e.Sign),
            e =>
            {
                var line = e.ToLine();
                line.Cases.Add(e.Positions.Select(p => cases[(e.SessionId, p)]));
                return line;
            });
        var signatures = (await tx.Query<CorrectionSignatureRow>(
            "select * from correction_signature where session_id = any(@ids) order by sign_time, certifier", ids)).ToLookup(s => (s.SessionId, s.Professional, s.Revision));
        return corrections.ToLookup(c => c.SessionId, c =>
            new Correction(
                c.Professional, c.Revision, c.Reason, c.Author, c.NeedsSecond, c.CorrectTime,
                entries.GetValueOrDefault((c.SessionId, c.Professional, c.Revision, -1)), entries.GetValueOrDefault((c.SessionId, c.Professional, c.Revision, 1)))
            {
                Signatures = [.. signatures[(c.SessionId, c.Professional, c.Revision)].Select(s => new CorrectionSignature(s.Certifier, s.Refused))],
            });
    }

    public static async Task Append(Tx tx, Meeting meeting, Correction correction, DateTimeOffset now)
    {
        await tx.Execute(
            """
            insert into attendance_correction (session_id, professional, revision, reason, author, needs_second, correct_time)
            values (@Id, @Professional, @Revision, @Reason, @Author, @NeedsSecond, @CorrectTime)
            """,
            new { meeting.Id, correction.Professional, correction.Revision, correction.Reason, correction.Author, correction.NeedsSecond, correction.CorrectTime });
        foreach (var (sign, line) in new[] { (-1, correction.Before), (1, correction.After) })
        {
            if (line is not null)
            {
                await AppendEntry(tx, meeting, correction.Revision, sign, line);
            }
        }

        await Sign(tx, meeting, correction, correction.Signatures[0], now);
    }

    public static Task Sign(Tx tx, Meeting meeting, Correction correction, CorrectionSignature signature, DateTimeOffset now) =>
        tx.Execute(
            """
            insert into correction_signature (session_id, professional, revision, certifier, refused, sign_time)
            values (@Id, @Professional, @Revision, @Certifier, @Refused, @now)
            """,
            new { meeting.Id, correction.Professional, correction.Revision, signature.Certifier, signature.Refused, now });

    private static Task AppendEntry(Tx tx, Meeting meeting, int revision, int sign, AttendanceLine line) =>
        tx.Execute(
            """
            insert into attendance_entry (session_id, professional, revision, sign, role, profession_table, profession_code, capacity_mode, organisation, mode,
                                          in_time, out_time, positions, kilometres, no_other_funder_declared, signature,
                                          other_funder_declared, replaces, replacement_licence)
            values (@Id, @Professional, @revision, @sign, @role, @ProfessionTable, @ProfessionCode, @capacityMode, @Organisation, @mode,
                    @came, @left, @positions, @Kilometres, @NoOtherFunderDeclared, @Signature,
                    @OtherFunderDeclared, @Replaces, @ReplacementLicence)
            """,
            new
            {
                meeting.Id, line.Professional, revision, sign, role = line.Role.Code(), line.Capacity.ProfessionTable, line.Capacity.ProfessionCode,
                capacityMode = line.Capacity.Mode, line.Capacity.Organisation, mode = line.Mode.Code(), came = line.InTime.ToDateTimeOffset(),
                left = line.OutTime.ToDateTimeOffset(), positions = Positions(meeting, line), line.Kilometres, line.NoOtherFunderDeclared, line.Signature,
                line.OtherFunderDeclared, line.Replaces, line.ReplacementLicence,
            });

    /// <summary>An erased case has no name to find its item by: as many of the erased items as the line has empty names.</summary>
    private static int[] Positions(Meeting meeting, AttendanceLine line) =>
    [
        .. meeting.Live.Where(i => i.Case.Length > 0 && line.Cases.Contains(i.Case)).Select(i => i.Position),
        .. meeting.Live.Where(i => i.Case.Length == 0).Select(i => i.Position).Take(line.Cases.Count(c => c.Length == 0)),
    ];
}

/// <summary>A row of <c>attendance_correction</c>.</summary>
internal sealed class CorrectionRow
{
    public Guid SessionId { get; init; }

    public string Professional { get; init; } = "";

    public int Revision { get; init; }

    public string Reason { get; init; } = "";

    public string Author { get; init; } = "";

    public bool NeedsSecond { get; init; }

    public DateTimeOffset CorrectTime { get; init; }
}

/// <summary>A row of <c>attendance_entry</c>: a line of a sheet, whose cases are positions.</summary>
internal sealed class EntryRow : LineRow
{
    public int Revision { get; init; }

    public int Sign { get; init; }

    public int[] Positions { get; init; } = [];
}

/// <summary>A row of <c>correction_signature</c>.</summary>
internal sealed class CorrectionSignatureRow
{
    public Guid SessionId { get; init; }

    public string Professional { get; init; } = "";

    public int Revision { get; init; }

    public string Certifier { get; init; } = "";

    public bool Refused { get; init; }
}
