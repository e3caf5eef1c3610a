using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Lines;

/// <summary>
/// One amount due for one component of one participation. What it was computed from (capacity, presence, grid, payee) is
/// frozen in it.
/// </summary>
public sealed record Line
{
    public Guid Id { get; init; }

    public int Revision { get; init; } = 1;

    /// <summary>The one line of (programme, session, person, component) that counts; false once cancelled.</summary>
    public bool Live { get; init; } = true;

    public LineState State { get; init; }

    /// <summary>Of its row: what comes after the calculation is in the facts.</summary>
    public LineState StoredState => State is > LineState.Calculated and < LineState.Cancelled ? LineState.Calculated : State;

    public string Session { get; init; } = "";

    public DateOnly SessionDate { get; init; }

    public DateTimeOffset StartTime { get; init; }

    public string Pole { get; init; } = "";

    public string Programme { get; init; } = "";

    public int FiscalYear { get; init; }

    public string Professional { get; init; } = "";

    public string Rpps { get; init; } = "";

    public string ProfessionTable { get; init; } = "";

    public string ProfessionCode { get; init; } = "";

    public string Organisation { get; init; } = "";

    public Component Component { get; init; }

    /// <summary>In which the person took part: chooses the rate.</summary>
    public RateRole Role { get; init; } = RateRole.Participant;

    /// <summary>TRE_R23, frozen: L, or S for an expert by convention.</summary>
    public string Mode { get; init; } = Entitlement.Liberal;

    public Declaration Declaration { get; init; } = Declaration.NoOtherFunder;

    /// <summary>professionals/{id} stood in for; empty for most.</summary>
    public string Replaces { get; init; } = "";

    public string ReplacementLicence { get; init; } = "";

    /// <summary>conventions/{id} with the employer of a salaried expert; empty for liberal people.</summary>
    public string Convention { get; init; } = "";

    /// <summary>Where Membership has the person's identity from when the line was calculated.</summary>
    public Evidence.Types.Source IdentitySource { get; init; }

    public DateOnly? IdentityVerifiedDate { get; init; }

    public bool ByVideo { get; init; }

    public int PresentMinutes { get; init; }

    public int Kilometres { get; init; }

    /// <summary>Before the caps of persons and envelope.</summary>
    public long DueCents { get; init; }

    public long AmountCents { get; init; }

    /// <summary>Why it waits, was reduced or cancelled; see <see cref="Reasons"/>.</summary>
    public string Reason { get; init; } = "";

    public string? Payee { get; init; }

    public string? RateGrid { get; init; }

    public string? Envelope { get; init; }

    public string? Approver { get; init; }

    public Guid? Payment { get; init; }

    public Guid? Corrects { get; init; }

    public int Version { get; init; } = 1;

    public DateTimeOffset ChangeTime { get; init; }

    public string Name => $"indemnities/{Id}";

    /// <summary>When it changes: never before its last change, whatever clock the caller has.</summary>
    public DateTimeOffset Later(DateTimeOffset now) => ChangeTime > now ? ChangeTime : now;

    public Line Cancelled(string reason) => this with { State = LineState.Cancelled, Live = false, AmountCents = 0, Reason = reason };

    public IndemnityFacts Facts()
    {
        var facts = FactsWithinSession();
        facts.Session = Session;
        facts.SessionDate = SessionDate.ToProto();
        facts.Pole = Pole;
        facts.Programme = Programme;
        facts.Currency = "EUR";
        facts.FiscalYear = FiscalYear;
        return facts;
    }

    /// <summary>Without what all lines of its session share.</summary>
    public IndemnityFacts FactsWithinSession() => new()
    {
        Indemnity = Name,
        Professional = Professional,
        Rpps = Rpps,
        ProfessionTable = ProfessionTable,
        ProfessionCode = ProfessionCode,
        Component = Component,
        AmountCents = AmountCents,
        Payee = Payee ?? "",
        RateGrid = RateGrid ?? "",
        Reason = Reason,
        Revision = Revision,
    };

    public IndemnityLine ToProto(IEnumerable<Reduction> reductions) => new()
    {
        Name = Name,
        State = State,
        Session = Session,
        SessionDate = SessionDate.ToProto(),
        Pole = Pole,
        Programme = Programme,
        Professional = Professional,
        ProfessionTable = ProfessionTable,
        ProfessionCode = ProfessionCode,
        Component = Component,
        Amount = AmountCents.ToMoney(),
        Payee = Payee ?? "",
        RateGrid = RateGrid ?? "",
        PresentMinutes = PresentMinutes,
        Reason = Reason,
        Revision = Revision,
        FiscalYear = FiscalYear,
        Envelope = Envelope ?? "",
        Due = DueCents.ToMoney(),
        Reductions = { reductions.Select(r => new V1.Reduction { Cap = r.Cap, Amount = r.Cents.ToMoney() }) },
        Kilometres = Kilometres,
        Corrects = Corrects is { } corrected ? $"indemnities/{corrected}" : "",
        Payment = Payment is { } payment ? $"payments/{payment}" : "",
        Etag = Etag.Of(Version),
        Evidence = new Evidence
        {
            Rpps = Rpps,
            Mode = Mode,
            Organisation = Organisation,
            Role = Role,
            IdentitySource = IdentitySource,
            IdentityVerifiedDate = IdentityVerifiedDate?.ToProto(),
            Declaration = (Evidence.Types.Declaration)Declaration,
            Convention = Convention,
            Replaces = Replaces,
            ReplacementLicence = ReplacementLicence,
            SheetRevision = State == LineState.Committed ? 0 : Revision,
        },
    };
}

/// <summary>Why a line waits, was reduced or was cancelled: part of the API.</summary>
public static class Reasons
{
    /// <summary>Waiting: Membership has not told of the person.</summary>
    public const string ProfessionalMissing = "PROFESSIONAL_MISSING";

    /// <summary>Waiting: no published rate for the profession on the day.</summary>
    public const string RateMissing = "RATE_MISSING";

    /// <summary>Waiting: nobody to pay.</summary>
    public const string PayeeMissing = "PAYEE_MISSING";

    /// <summary>Waiting: no envelope for the programme and year.</summary>
    public const string EnvelopeMissing = "ENVELOPE_MISSING";

    /// <summary>A whole session waits: Membership has not told of its programme.</summary>
    public const string ProgrammeMissing = "PROGRAMME_MISSING";

    /// <summary>Reduced by what the session already gives the person.</summary>
    public const string CapSession = "CAP_SESSION";

    /// <summary>Reduced by what the day already gives the person.</summary>
    public const string CapDay = "CAP_DAY";

    /// <summary>Reduced by what the year already gives the person.</summary>
    public const string CapYear = "CAP_YEAR";

    /// <summary>Reduced by what is left of the envelope.</summary>
    public const string CapEnvelope = "CAP_ENVELOPE";

    /// <summary>Cancelled: invited but not there.</summary>
    public const string Absent = "ABSENT";

    /// <summary>Cancelled: there in another capacity than a liberal one.</summary>
    public const string NotLiberal = "NOT_LIBERAL";

    /// <summary>Cancelled: present less than the rate's minimum.</summary>
    public const string BelowMinimum = "BELOW_MINIMUM";

    /// <summary>Waiting: nothing is declared of other funders yet; a correction of the sheet says it.</summary>
    public const string DeclarationMissing = "DECLARATION_MISSING";

    /// <summary>Waiting: who stands in has neither an RPPS nor a licence.</summary>
    public const string LicenceMissing = "LICENCE_MISSING";

    /// <summary>Waiting: finance says whether who stood in or who was replaced is paid.</summary>
    public const string ReplacementPayee = "REPLACEMENT_PAYEE";

    /// <summary>Waiting: another session gives the person something for the same time; a correction of either sheet says which is right.</summary>
    public const string PresenceOverlap = "PRESENCE_OVERLAP";

    /// <summary>Waiting: the fiscal year of the session was closed before the sheet or the correction came.</summary>
    public const string FiscalYearClosed = "FISCAL_YEAR_CLOSED";

    /// <summary>Cancelled: another year pays what came after the session's was closed.</summary>
    public const string CarriedOver = "CARRIED_OVER";

    /// <summary>Cancelled: another funder pays.</summary>
    public const string OtherFunder = "OTHER_FUNDER";

    /// <summary>Cancelled, or countered after approval: the attendance was corrected.</summary>
    public const string Corrected = "CORRECTED";

    /// <summary>Cancelled, or countered after approval: the envelope that reduced it was raised, and it is calculated anew.</summary>
    public const string EnvelopeRaised = "ENVELOPE_RAISED";

    /// <summary>Cancelled: the grid that came gives nothing for this component.</summary>
    public const string NothingDue = "NOTHING_DUE";

    /// <summary>Cancelled: the session will not be held.</summary>
    public const string SessionCancelled = "SESSION_CANCELLED";

    /// <summary>Cancelled: no longer invited.</summary>
    public const string NotInvited = "NOT_INVITED";

    /// <summary>Cancelled: the programme indemnifies nobody.</summary>
    public const string NotIndemnified = "NOT_INDEMNIFIED";
}
