using Grpc.Core;
using Intervision.Demo.Region;
using Intervision.Demo.Suite;
using Intervision.Intake.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Demo.Season;

/// <summary>
/// One request from deposit to a case that is ready. Each step looks at the state first, so that a season played again
/// passes over what was done.
/// </summary>
internal sealed class CaseLife(Stage stage, RequestRow row, int number)
{
    public RequestRow Row => row;

    /// <summary>Null until deposited.</summary>
    public Case? Case { get; private set; }

    /// <summary>Why the deposit was refused.</summary>
    public Refusal? Refused { get; private set; }

    /// <summary>The patient is asked some days after the deposit, when the deposit left it open.</summary>
    public DateOnly? AskedOn => row.Later == LaterAnswer.NotAsked || row.InvalidOnPurpose
        ? null
        : row.SubmittedDate.AddDays(3 + RequestId.Die(8, row.Raw, "asked"));

    public string? Pole => Case?.Pole is { Length: > 0 } pole ? pole["poles/".Length..] : null;

    private string[] Key(string verb) => ["requests.csv", row.Raw, verb];

    /// <summary>A minute of its own for each request of a day: the order of arrival is never a tie.</summary>
    private DateTimeOffset At(DateOnly day, int hour) => Stage.At(day, hour, number / 60 % 60, number % 60);

    /// <returns>False when it was refused.</returns>
    public async Task<bool> Submit()
    {
        var request = row.Request.Clone();
        request.RequestId = RequestId.Of(Key("submit"));
        try
        {
            Case = (await stage.Suite.Intake.SubmitCaseAsync(request, stage.As(Submitter(), At(row.SubmittedDate, 8)))).Case;
        }
        catch (RpcException e) when (Refusal.Of(e) is { } refusal)
        {
            Refused = refusal;
            return false;
        }

        // The answer may be the stored one of a season that went further.
        await Read(row.SubmittedDate);
        return true;
    }

    /// <summary>Triage; then the sheet, when the patient has already agreed.</summary>
    public async Task Accept()
    {
        if (Case is { State: CaseState.Submitted or CaseState.InTriage or CaseState.Draft })
        {
            var chosen = await ChoosePole(Case);
            var byPole = Case.Pole.Length > 0 && RequestId.Die(2, row.Raw, "triage") == 0;
            var who = byPole ? Cast.ReferentOf(stage.Region.PoleByCode[chosen], stage.Region) : Cast.Coordinator;
            await Step(async current => (await stage.Suite.Intake.AcceptCaseAsync(
                new AcceptCaseRequest { RequestId = RequestId.Of(Key("accept")), Name = current.Name, Etag = current.Etag, Pole = $"poles/{chosen}" },
                stage.As(who, At(row.SubmittedDate, 10)))).Case);
        }

        if (Case is { State: CaseState.AwaitingConsent, DeclaredConsentStatus: ConsentStatus.Granted })
        {
            // Declared by somebody who is no health professional: the référent, a doctor, makes sure and attests it.
            await RecordConsent(ConsentStatus.Granted, ReferentOfCase(), At(row.SubmittedDate, 13));
        }

        await WriteAndApprove(row.SubmittedDate);
    }

    /// <summary>Asks the patient: first informs, then notes the answer, when there is one.</summary>
    public async Task AskConsent(DateOnly day)
    {
        if (Case is { State: CaseState.AwaitingConsent, ConsentStatus: ConsentStatus.NotCollected })
        {
            await RecordConsent(ConsentStatus.Informed, ReferentOfCase(), At(day, 9));
        }

        if (Case is { State: CaseState.AwaitingConsent } && row.Later is LaterAnswer.Granted or LaterAnswer.Refused)
        {
            await RecordConsent(row.Later == LaterAnswer.Granted ? ConsentStatus.Granted : ConsentStatus.Refused, Requester(), At(day, 11));
        }

        await WriteAndApprove(day);
    }

    /// <summary>Reads the case as it now stands.</summary>
    public async Task Read(DateOnly day) =>
        Case = (await stage.Suite.Intake.GetCaseAsync(new GetCaseRequest { Name = Case!.Name }, stage.As(Cast.Coordinator, At(day, 12)))).Case;

    /// <summary>Does a step on this case, as <see cref="Stage.Step"/> says.</summary>
    public async Task Step(Func<Case, Task<Case>> act) => Case = await Stage.Step(Case!, act, async () =>
        (await stage.Suite.Intake.GetCaseAsync(new GetCaseRequest { Name = Case!.Name }, stage.As(Cast.Coordinator, At(row.SubmittedDate, 12)))).Case);

    public DevelopmentClaims Requester() => Cast.Professional(row.Requester, stage.Region);

    public DevelopmentClaims ReferentOfCase() => Cast.ReferentOf(stage.Region.PoleByCode[Pole!], stage.Region);

    private async Task WriteAndApprove(DateOnly day)
    {
        if (Case is not { State: CaseState.InPreparation })
        {
            return;
        }

        await Step(async current => (await stage.Suite.Intake.WriteSheetAsync(
            new WriteSheetRequest { RequestId = RequestId.Of(Key("sheet")), Name = current.Name, Etag = current.Etag, Sheet = SheetText.Of(row) },
            stage.As(Requester(), At(day, 14)))).Case);
        // The author is not the second reader, even when a référent asks for one's own patient.
        var pole = stage.Region.PoleByCode[Pole!];
        var reader = pole.Referent == row.Requester ? Cast.SubstituteFor(pole, stage.Region) : ReferentOfCase();
        await stage.Suite.Intake.ReadSheetAsync(new ReadSheetRequest { Name = Case.Name, Purpose = "SECOND_READING" }, stage.As(reader, At(day, 15)));
        await Step(async current => (await stage.Suite.Intake.ApproveSheetAsync(
            new ApproveSheetRequest { RequestId = RequestId.Of(Key("approve")), Name = current.Name, Etag = current.Etag },
            stage.As(reader, At(day, 16)))).Case);
    }

    private Task RecordConsent(ConsentStatus status, DevelopmentClaims who, DateTimeOffset now) => Step(async current =>
    {
        var request = new RecordConsentRequest
        {
            RequestId = RequestId.Of(Key($"consent {status}")),
            Name = current.Name,
            Etag = current.Etag,
            Status = status,
        };
        if (status is ConsentStatus.Informed or ConsentStatus.Granted)
        {
            request.NoticeVersion = "2026-1";
        }

        if (status == ConsentStatus.Granted)
        {
            var form = RequestId.Die(2, row.Raw, "form") == 0 ? ConsentForm.Oral : ConsentForm.Written;
            request.Form = row.Request.ConsentForm == ConsentForm.Unspecified ? form : row.Request.ConsentForm;
            request.Giver = row.Giver == ConsentGiver.Unspecified ? ConsentGiver.Patient : row.Giver;
            request.OwnOpinion = request.Giver == ConsentGiver.LegalRepresentative ? OwnOpinion.Agrees : OwnOpinion.Unspecified;
            request.WithdrawalRightTold = true;
        }

        return (await stage.Suite.Intake.RecordConsentAsync(request, stage.As(who, now))).Case;
    });

    /// <summary>The roles that would deposit it: the CPTS's software, the référent, else the association for others.</summary>
    private DevelopmentClaims Submitter()
    {
        if (row.Cpts.Length > 0)
        {
            return Cast.Cpts(row.Cpts);
        }

        return row.Request.Channel == "REFERENT_POLE" && stage.Region.PoleByCode.TryGetValue(row.Pole, out var pole)
            ? Cast.ReferentOf(pole, stage.Region)
            : Cast.Coordinator;
    }

    /// <summary>
    /// The pôle that the service found, else one of its candidates (the requester's own before the others), else the
    /// nearest one that meets by video.
    /// </summary>
    private async Task<string> ChoosePole(Case submitted)
    {
        if (submitted.Pole.Length > 0)
        {
            return submitted.Pole["poles/".Length..];
        }

        IList<string> candidates = submitted.CandidatePoles;
        if (candidates.Count == 0)
        {
            var resolved = await stage.Suite.Membership.ResolvePoleAsync(
                new ResolvePoleRequest { Programme = submitted.Programme, Commune = row.Commune },
                stage.As(Cast.Coordinator, At(row.SubmittedDate, 9)));
            candidates = resolved.Poles.Count > 0 ? resolved.Poles : resolved.NearestVideoPoles.Take(1).ToList();
        }

        var codes = candidates.Select(c => c["poles/".Length..]).Order(StringComparer.Ordinal).ToList();
        var own = stage.Region.ActivitiesOn(row.Requester, row.SubmittedDate).Select(a => a.Pole).FirstOrDefault(codes.Contains);
        return own ?? codes.FirstOrDefault()
            ?? stage.Region.Poles.First(p => p.ProgrammeName == submitted.Programme).Code;
    }
}
