using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Consents;

/// <summary>A consent record as stored. Null: not said.</summary>
internal sealed record ConsentRow
{
    public int No { get; init; }

    public string Status { get; init; } = "";

    /// <summary>Informed or Granted, where nobody who may attest it did: the status is then NotCollected.</summary>
    public string? Declared { get; init; }

    public string? Form { get; init; }

    public string? Giver { get; init; }

    public string? NoticeVersion { get; init; }

    public DateTimeOffset? NoticeHandedTime { get; init; }

    public bool WithdrawalRightTold { get; init; }

    public string? Reason { get; init; }

    public DateOnly? DueDate { get; init; }

    public string[]? CategoriesInformed { get; init; }

    public string[] ExcludedPeople { get; init; } = [];

    public string[] ExcludedTopics { get; init; } = [];

    public string? PatientParticipation { get; init; }

    public string? EvidenceLocation { get; init; }

    public string? PatientSituation { get; init; }

    public string? OwnOpinion { get; init; }

    public string? AccompanyingAdult { get; init; }

    public bool TrustedPersonPresent { get; init; }

    public bool Flagged { get; init; }

    public DateTimeOffset AnswerTime { get; init; }

    public DateTimeOffset RecordTime { get; init; }

    public string Recorder { get; init; } = "";

    public ConsentStatus ConsentStatus => Enum.Parse<ConsentStatus>(Status);

    public Scope Scope => new(
        CategoriesInformed is null ? Scope.StandardNotice : [.. CategoriesInformed.Select(c => Enum.Parse<ParticipantCategory>(c))],
        ExcludedPeople,
        ExcludedTopics,
        Read<PatientParticipation>(PatientParticipation));

    /// <summary>The scope with nothing filled in for what was not said.</summary>
    public ConsentScope Said
    {
        get
        {
            var said = Scope.ToProto();
            if (CategoriesInformed is null)
            {
                said.CategoriesInformed.Clear();
            }

            return said;
        }
    }

    public ConsentRow With(ConsentScope scope) => this with
    {
        CategoriesInformed = scope.CategoriesInformed.Count == 0 ? null : [.. scope.CategoriesInformed.Select(c => c.ToString())],
        ExcludedPeople = [.. scope.ExcludedPeople.Distinct(StringComparer.Ordinal)],
        ExcludedTopics = [.. scope.ExcludedTopics.Distinct(StringComparer.Ordinal)],
        PatientParticipation = Text(scope.PatientParticipation),
    };

    public ConsentRecord ToProto() => new()
    {
        Number = No,
        Status = ConsentStatus,
        Form = Read<ConsentForm>(Form),
        Giver = Read<ConsentGiver>(Giver),
        NoticeVersion = NoticeVersion ?? "",
        NoticeHandedTime = NoticeHandedTime?.ToProto(),
        WithdrawalRightTold = WithdrawalRightTold,
        Reason = Reason ?? "",
        DueDate = DueDate?.ToProto(),
        Scope = Said,
        EvidenceLocation = EvidenceLocation ?? "",
        PatientSituation = Read<PatientSituation>(PatientSituation),
        OwnOpinion = Read<OwnOpinion>(OwnOpinion),
        AccompanyingAdult = AccompanyingAdult ?? "",
        TrustedPersonPresent = TrustedPersonPresent,
        Flagged = Flagged,
        AnswerTime = AnswerTime.ToProto(),
        RecordTime = RecordTime.ToProto(),
        Recorder = Recorder,
        Declared = Read<ConsentStatus>(Declared),
    };

    /// <summary>Unspecified is stored as null.</summary>
    public static string? Text<T>(T said)
        where T : struct, Enum => said.Equals(default(T)) ? null : said.ToString();

    private static T Read<T>(string? stored)
        where T : struct, Enum => stored is null ? default : Enum.Parse<T>(stored);
}
