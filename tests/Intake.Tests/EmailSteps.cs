using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests;

/// <summary>Messages, and the mailboxes they come from.</summary>
public abstract class EmailSteps(IntakeFixture service) : CaseSteps(service)
{
    protected static readonly DevelopmentClaims Gateway = Tokens.Service("mail");

    protected async Task<string> Mail(string text, string? id = null, string? attachment = null)
    {
        await Known("PER-1@msante.invalid", IntakeFixture.Doctor, "99700000013");
        return Raw("per-1@msante.invalid", text, id ?? IntakeFixture.NewId(), attachment);
    }

    protected static string Raw(string from, string text, string id, string? attachment = null) =>
        $"From: <{from}>\r\nMessage-ID: <{id}@msante.invalid>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        + $"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        + (attachment is null ? "" : $"--b\r\nContent-Type: text/plain; name={attachment}\r\n\r\n{attachment}\r\n") + "--b--\r\n";

    protected async Task<SubmitEmailResponse> Submit(string mail) => await Call(mail);

    protected AsyncUnaryCall<SubmitEmailResponse> Call(string mail) => Intake.SubmitEmailAsync(
        new SubmitEmailRequest { RequestId = IntakeFixture.NewId(), Message = ByteString.CopyFrom(mail, Encoding.UTF8) }, IntakeFixture.At(Gateway));

    protected Task Known(string mailbox, string name, string rpps) => Service.Deliver("membership", Person(mailbox, name, rpps), name, IntakeFixture.Start);

    internal static ProfessionalChanged Person(string mailbox, string name, string rpps) => new()
    {
        Professional = new Professional
        {
            Name = name,
            Rpps = rpps,
            Mssante = mailbox,
            Activities = { new Activity { ProfessionTable = name == IntakeFixture.SocialWorker ? "TRE_R94" : "TRE_G15", ProfessionCode = name == IntakeFixture.SocialWorker ? "41" : "10" } },
        },
    };

    internal static CompleteCaseRequest Complete(Case draft) => new()
    {
        RequestId = IntakeFixture.NewId(),
        Name = draft.Name,
        Etag = draft.Etag,
        Pole = "poles/L01",
        PrincipalMotive = "RUPTURE_SOINS",
        AgeBand = "35-44",
    };
}
