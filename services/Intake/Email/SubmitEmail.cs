using System.Text;
using Intervision.Intake.Cases;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Email;

/// <summary>
/// A request by e-mail becomes a case to complete, in the name of the professional whose mailbox it comes from. The
/// message and its attachments are read here and kept nowhere; the same message again is the same case.
/// </summary>
internal sealed class SubmitEmail(Db db, Vault vault, MasterKey master)
{
    private const string Channel = "EMAIL";
    private const string DefaultProgramme = "programmes/SANTE_PRECARITE";

    public Task<SubmitEmailResponse> Handle(SubmitEmailRequest request, Call call)
    {
        var message = MimeReader.Read(request.Message.Span);
        var understood = Understood.From(message, Paris.DateOf(call.Now));
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var sender = await SenderOf(tx, message);
            var asked = new SubmitCaseRequest
            {
                Channel = Channel,
                ExternalId = Key(message, request),
                Programme = request.Programme.Length == 0 ? DefaultProgramme : request.Programme,
                Requester = sender,
            };
            asked.Availabilities.Add(understood.Availabilities);
            var facts = await SubmitFacts.Load(tx, asked, call);
            if (!facts.ProgrammeKnown)
            {
                throw RuleBroken.Invalid("programme", "UNKNOWN_PROGRAMME", "Ce programme n'existe pas.");
            }

            var draft = await InsertOrFind(tx, asked, facts, understood.Question, call);
            EmailMeters.Attachments(message.Attachments);
            return EmailAnswer.Of(draft, understood, facts, message.Attachments, call.Caller);
        });
    }

    internal static Case Decide(SubmitCaseRequest asked, SubmitFacts facts, DateTimeOffset now) => new()
    {
        Version = 1,
        State = CaseState.Draft,
        Consent = ConsentStatus.NotCollected,
        Programme = asked.Programme,
        Submitter = asked.Requester,
        Channel = asked.Channel,
        ExternalId = asked.ExternalId,
        Requester = asked.Requester,
        RequesterRpps = facts.RequesterRpps,
        Availabilities = Availabilities.ToStored(asked.Availabilities),
        SubmitTime = now,
        UpdateTime = now,
        StateTime = now,
    };

    private async Task<Case> InsertOrFind(Tx tx, SubmitCaseRequest asked, SubmitFacts facts, string? question, Call call)
    {
        // The message alone tells one request from another: whatever else changes, it is the same one.
        var mac = master.Fingerprints.Mac(Encoding.UTF8.GetBytes(asked.ExternalId));
        while (true)
        {
            var fresh = Decide(asked, facts, call.Now) with { Id = Guid.CreateVersion7(call.Now), Code = CaseCodes.Next() };
            var (key, ciphertext) = vault.SealFirst(fresh.Id, "question", Encoding.UTF8.GetBytes(question ?? ""));
            if ((await NewCase.Insert(tx, new NewCase(fresh, asked, mac, key, question is null ? null : ciphertext, call.Caller.Subject))).Count == 1)
            {
                return fresh;
            }

            if (await NewCase.FindByIntakeKey(tx, fresh.Submitter, fresh.Channel, fresh.ExternalId, mac) is { } known)
            {
                return known;
            }

            // Neither inserted nor known: the random code was taken.
        }
    }

    /// <summary>Keyed: a Message-ID may tell where it comes from. Without one, the message itself.</summary>
    private string Key(EmailMessage message, SubmitEmailRequest request) =>
        Convert.ToHexStringLower(master.Fingerprints.Mac(message.MessageId is { } id ? Encoding.UTF8.GetBytes($"message-id:{id}") : [.. "message:"u8, .. request.Message.Span]));

    private async Task<string> SenderOf(Tx tx, EmailMessage message)
    {
        if (message.Sender is null)
        {
            throw RuleBroken.Invalid("message", "SENDER_UNREADABLE", "Le message doit avoir un expéditeur, et un seul.");
        }

        var known = await tx.Query<string>(
            "select name from professional where mailbox_mac = @mac limit 2", new { mac = master.Fingerprints.MailboxMac(message.Sender) });
        if (known is [var only])
        {
            return only;
        }

        EmailMeters.SenderUnknown();
        throw RuleBroken.NotNow(
            "SENDER_UNKNOWN", "Cette adresse n'est pas la messagerie sécurisée d'un professionnel de l'annuaire : la demande n'est pas enregistrée.", "SENDER");
    }
}
