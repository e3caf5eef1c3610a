using System.Text;
using Google.Protobuf;
using Intervision.Intake.Consents;
using Intervision.Intake.Encryption;
using Intervision.Intake.Events.V1;
using Intervision.Intake.IdentifyingText;
using Intervision.Intake.Urgency;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Cases;

/// <summary>
/// Deposits a request. Once per request id, and once per (submitting organisation or caller, channel, external id):
/// the same payload again gives the same case, another one EXTERNAL_ID_REUSED (DESIGN §7.8). Deposits that arrive
/// together are stored together (<see cref="SubmitGroups"/>); one that is not plainly new and right goes alone.
/// </summary>
internal sealed class SubmitCase(Db db, SubmitGroups groups, UrgentAlerts alerts, Vault vault, MasterKey master)
{
    public async Task<SubmitCaseResponse> Handle(SubmitCaseRequest request, Call call)
    {
        return await groups.TryStore(request, call) ?? await Alone(request, call);
    }

    private Task<SubmitCaseResponse> Alone(SubmitCaseRequest request, Call call) =>
        db.Once(call, request.RequestId, request, async tx =>
        {
            var facts = await SubmitFacts.Load(tx, request, call);
            MustBeAllowed(request, facts, call);
            // Before validation: what was right when it was deposited is that case, whatever became of the lists since.
            var mac = Mac(request, master);
            var known = await Find(tx, request, call, mac);
            var warnings = known is null
                ? MustBeRight(request, facts, await DepositedConsent.Load(tx, request, facts, call))
                : [.. Texts.Question(new Violations(), "question", request.Question, facts.Seats), .. Availabilities.Dropped(request.Availabilities, Paris.DateOf(known.SubmitTime))];
            var (submitted, isNew) = known is null ? await InsertOrFind(tx, request, facts, call, mac) : (known, false);
            if (isNew)
            {
                await Outbox.Append(tx, submitted.Id, submitted.Name, call.Now, Said(submitted));
            }

            var told = submitted is { Urgent: true, State: not CaseState.ConsentRefused } && await alerts.Raise(tx, submitted, call.Now);
            return Answer(submitted, warnings, call, told);
        });

    /// <returns>Suspicions in the question that do not refuse it, and what is not kept.</returns>
    /// <exception cref="RuleBroken">INVALID_ARGUMENT with every violation, or what the answer's attestation lacks.</exception>
    internal static IReadOnlyList<TextWarning> MustBeRight(SubmitCaseRequest request, SubmitFacts facts, DepositedConsent? answer = null)
    {
        var warnings = SubmitValidation.Check(request, facts, answer);
        answer?.MustBeAttested();
        return warnings;
    }

    /// <exception cref="RuleBroken">PERMISSION_DENIED.</exception>
    internal static void MustBeAllowed(SubmitCaseRequest request, SubmitFacts facts, Call call)
    {
        if (!SubmitAuthorisation.May(request, facts, call.Caller))
        {
            throw RuleBroken.Denied();
        }
    }

    internal static SubmitCaseResponse Answer(Case submitted, IReadOnlyList<TextWarning> warnings, Call call, bool told = false) =>
        new() { Case = submitted.View(call.Caller), Notice = NextSteps.Notice(submitted, told), Warnings = { warnings } };

    /// <summary>One pôle → settled; none or several → left to triage. What the patient refused ends with its deposit.</summary>
    internal static Case Decide(SubmitCaseRequest request, SubmitFacts facts, Caller caller, DateTimeOffset now)
    {
        var candidates = request.Pole.Length > 0 ? [request.Pole] : facts.Candidates;
        var consent = ConsentRules.InForce(request.ConsentStatus, facts.Attester.IsHealthProfessional);
        return new Case
        {
            Version = 1,
            State = consent == ConsentStatus.Refused ? CaseState.ConsentRefused : CaseState.Submitted,
            Consent = consent,
            Declared = consent != request.ConsentStatus && request.ConsentStatus != ConsentStatus.Unspecified ? request.ConsentStatus : null,
            Programme = SubmitFacts.ProgrammeOf(request),
            Pole = candidates.Length == 1 ? candidates[0] : null,
            CandidatePoles = candidates.Length > 1 ? candidates : [],
            Submitter = SubmitterOf(request, caller),
            SubmittingOrganisation = request.SubmittingOrganisation.Length > 0 ? request.SubmittingOrganisation : null,
            Channel = request.Channel,
            ExternalId = request.ExternalId,
            Requester = request.Requester,
            RequesterRpps = facts.RequesterRpps,
            Motives = Distinct(request.OtherMotives.Prepend(request.PrincipalMotive)),
            AgeBand = request.AgeBand,
            Sex = request.Sex,
            Contexts = Distinct(request.Contexts),
            Products = Distinct(request.Products),
            Urgent = request.Urgent,
            AttendingPhysician = request.AttendingPhysician.Length > 0 ? request.AttendingPhysician : null,
            PhysicianAbsence = request.AttendingPhysicianAbsence,
            Actors = Distinct(request.Actors),
            Availabilities = Availabilities.ToStored(request.Availabilities.Where(a => !Availabilities.IsPast(a, facts.Today))),
            SubmitTime = now,
            UpdateTime = now,
            StateTime = now,
        };
    }

    private async Task<(Case Case, bool IsNew)> InsertOrFind(
        Tx tx, SubmitCaseRequest request, SubmitFacts facts, Call call, byte[] mac)
    {
        while (true)
        {
            // A fresh key and id at each attempt: the ciphertext is bound to the id.
            var fresh = Seal(request, facts, call, vault, mac);
            fresh = request.ConsentDetails is null ? fresh : fresh with { Answer = DepositedConsent.RowOf(request, facts.Attester, call) };
            if ((await NewCase.Insert(tx, fresh)).Count == 1)
            {
                return (fresh.Case, true);
            }

            if (await Find(tx, request, call, mac) is { } known)
            {
                return (known, false);
            }

            // Neither inserted nor known: the random code was taken.
        }
    }

    private static Task<Case?> Find(Tx tx, SubmitCaseRequest request, Call call, byte[] mac) =>
        NewCase.FindByIntakeKey(tx, SubmitterOf(request, call.Caller), request.Channel, request.ExternalId, mac);

    private static string SubmitterOf(SubmitCaseRequest request, Caller caller) =>
        request.SubmittingOrganisation.Length > 0 ? request.SubmittingOrganisation : caller.Subject;

    /// <summary>The decided case under a new id and code, its question sealed; when the patient refused, it is not kept.</summary>
    internal static NewCase Seal(SubmitCaseRequest request, SubmitFacts facts, Call call, Vault vault, byte[] mac)
    {
        var fresh = Decide(request, facts, call.Caller, call.Now) with { Id = Guid.CreateVersion7(call.Now), Code = CaseCodes.Next() };
        var (key, ciphertext) = fresh.State == CaseState.ConsentRefused
            ? (null, null)
            : vault.SealFirst(fresh.Id, "question", Encoding.UTF8.GetBytes(request.Question.Trim()));
        return new NewCase(fresh, request, mac, key, ciphertext, call.Caller.Subject);
    }

    /// <summary>Tells the same payload again from another one, without keeping it.</summary>
    internal static byte[] Mac(SubmitCaseRequest request, MasterKey master)
    {
        var payload = request.Clone();
        payload.RequestId = "";
        return master.Fingerprints.Mac(payload.ToByteArray());
    }

    internal static CaseSubmitted Said(Case submitted) => new()
    {
        Case = submitted.Name,
        Programme = submitted.Programme,
        Pole = submitted.Pole ?? "",
        Channel = submitted.Channel,
        Urgent = submitted.Urgent,
    };

    private static string[] Distinct(IEnumerable<string> codes) => [.. codes.Distinct(StringComparer.Ordinal)];
}
