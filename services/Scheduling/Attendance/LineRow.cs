using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Attendance;

/// <summary>A row of <c>attendance_line</c>.</summary>
internal class LineRow
{
    public Guid SessionId { get; init; }

    public string Professional { get; init; } = "";

    public string Role { get; init; } = "";

    public string ProfessionTable { get; init; } = "";

    public string ProfessionCode { get; init; } = "";

    public string CapacityMode { get; init; } = "";

    public string Organisation { get; init; } = "";

    public string Mode { get; init; } = "";

    public DateTimeOffset InTime { get; init; }

    public DateTimeOffset OutTime { get; init; }

    public string[] Cases { get; init; } = [];

    public int Kilometres { get; init; }

    public bool NoOtherFunderDeclared { get; init; }

    public string Signature { get; init; } = "";

    public bool OtherFunderDeclared { get; init; }

    public string Replaces { get; init; } = "";

    public string ReplacementLicence { get; init; } = "";

    public AttendanceLine ToLine() => new()
    {
        Professional = Professional,
        Role = Codes.Parse<SessionRole>(Role),
        Capacity = new Capacity { ProfessionTable = ProfessionTable, ProfessionCode = ProfessionCode, Mode = CapacityMode, Organisation = Organisation },
        Mode = Codes.Parse<AttendanceMode>(Mode),
        InTime = InTime.ToProto(),
        OutTime = OutTime.ToProto(),
        Cases = { Cases },
        Kilometres = Kilometres,
        NoOtherFunderDeclared = NoOtherFunderDeclared,
        Signature = Signature,
        OtherFunderDeclared = OtherFunderDeclared,
        Replaces = Replaces,
        ReplacementLicence = ReplacementLicence,
    };

    public static object Of(AttendanceLine line) => new
    {
        line.Professional,
        Role = line.Role.Code(),
        line.Capacity.ProfessionTable,
        line.Capacity.ProfessionCode,
        CapacityMode = line.Capacity.Mode,
        line.Capacity.Organisation,
        Mode = line.Mode.Code(),
        InTime = line.InTime.ToDateTimeOffset(),
        OutTime = line.OutTime.ToDateTimeOffset(),
        Cases = line.Cases.ToArray(),
        line.Kilometres,
        line.NoOtherFunderDeclared,
        line.Signature,
        line.OtherFunderDeclared,
        line.Replaces,
        line.ReplacementLicence,
    };
}
