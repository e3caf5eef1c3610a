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

/// <summary>From an e-mail to a deposited case.</summary>
public sealed class EmailTests(IntakeFixture service) : EmailSteps(service)
{
    [Fact]
    public async Task A_mail_becomes_a_case_to_complete_and_then_a_deposit()
    {
        var answer = await Submit(await Mail("Comment coordonner le suivi à domicile ?\n\nLe 6 octobre 2026 matin."));
        Assert.Equal((CaseState.Draft, "EMAIL", IntakeFixture.Doctor), (answer.Case.State, answer.Case.Channel, answer.Case.Requester));
        Assert.Equal(["pole", "principal_motive", "age_band"], answer.MissingFields);
        Assert.Equal(
            "Demande reçue, à compléter. Il manque : le pôle ou la commune de prise en charge ; le motif principal ; la tranche d'âge.", answer.Notice);
        Assert.Empty(await Service.Said(answer.Case.Name));
        Assert.Equal(1, await Texts(answer.Case.Name));

        var completed = await Intake.CompleteCaseAsync(Complete(answer.Case), IntakeFixture.At(IntakeFixture.Requester, 1));
        Assert.Equal((CaseState.Submitted, "poles/L01", "RUPTURE_SOINS"), (completed.Case.State, completed.Case.Pole, completed.Case.Motives.Single()));
        var said = Assert.Single(await Service.Said(answer.Case.Name)).As<CaseSubmitted>();
        Assert.Equal(("poles/L01", "EMAIL"), (said.Pole, said.Channel));
        Assert.Equal(
            "{2026-10-06/Morning}",
            await Service.Db.Read(tx => tx.Single<string>("select availabilities::text from cases where 'cases/' || code = @Name", new { answer.Case.Name }), CancellationToken.None));
        await Intake.AcceptCaseAsync(
            new AcceptCaseRequest { RequestId = IntakeFixture.NewId(), Name = completed.Case.Name, Etag = completed.Case.Etag }, IntakeFixture.At(IntakeFixture.Coordinator, 2));
    }

    /// <summary>Nobody repeats them, so nobody is refused for them.</summary>
    [Fact]
    public async Task Days_of_the_mail_that_are_over_when_it_is_completed_are_not_kept()
    {
        var draft = (await Submit(await Mail("Comment coordonner le suivi à domicile ?\n\nLe 6 octobre 2026 matin."))).Case;
        var completed = await Intake.CompleteCaseAsync(Complete(draft), IntakeFixture.At(IntakeFixture.Requester, 24 * 10));
        Assert.Equal(CaseState.Submitted, completed.Case.State);
        Assert.Equal("{}", await Service.Db.Read(tx => tx.Single<string>("select availabilities::text from cases where 'cases/' || code = @Name", new { draft.Name }), CancellationToken.None));
    }

    [Fact]
    public async Task The_same_message_is_the_same_case_even_once_completed()
    {
        var mail = await Mail("Comment coordonner le suivi à domicile ?");
        var first = await Submit(mail);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Submit(mail)));
        Assert.All(answers, a => Assert.Equal(first, a));
        // Delivered by another relay: other headers, the same Message-ID.
        Assert.Equal(first.Case, (await Submit("Received: by another relay\r\n" + mail)).Case);
        await Intake.CompleteCaseAsync(Complete(first.Case), IntakeFixture.At(IntakeFixture.Requester, 1));
        var later = await Submit(mail);
        Assert.Equal((first.Case.Name, CaseState.Submitted, 0), (later.Case.Name, later.Case.State, later.MissingFields.Count));
    }

    [Fact]
    public async Task The_same_message_id_of_another_sender_is_another_case()
    {
        var id = IntakeFixture.NewId();
        await Known("other@msante.invalid", IntakeFixture.SocialWorker, "");
        Assert.NotEqual((await Submit(await Mail("Bonjour", id))).Case.Name, (await Submit(Raw("other@msante.invalid", "Bonjour", id))).Case.Name);
    }

    [Fact]
    public async Task An_unknown_sender_is_refused_and_nothing_is_stored()
    {
        var id = Guid.CreateVersion7();
        var mail = new SubmitEmailRequest
        {
            RequestId = id.ToString(), Message = ByteString.CopyFromUtf8(Raw("nobody@msante.invalid", "Comment faire dans ce cas ?", "x")),
        };
        await Refused.With(StatusCode.FailedPrecondition, "SENDER_UNKNOWN", () => Intake.SubmitEmailAsync(mail, IntakeFixture.At(Gateway)));
        Assert.Equal(0, await Remembered());
        await Known("nobody@msante.invalid", "professionals/PER-NOBODY", "");
        await Intake.SubmitEmailAsync(mail, IntakeFixture.At(Gateway));
        Assert.Equal(1, await Remembered());
        await Known("", "professionals/PER-NOBODY", "");
        await Refused.With(StatusCode.InvalidArgument, "SENDER_UNREADABLE", () => Call("Subject: x\r\n\r\nComment faire dans ce cas ?"));

        Task<long> Remembered() => Service.Db.Read(
            tx => tx.Single<long>(
                "select count(*) from request_log where request_id = @id", new { id }),
            CancellationToken.None);
    }

    [Fact]
    public async Task Neither_mailbox_nor_message_nor_attachment_stands_anywhere()
    {
        const string canary = "Quenotte-Brindille";
        var mail = await Mail($"Le voisin de {canary} demande : quel suivi pour Mme {canary} ?", attachment: canary);
        var answer = await Submit(mail);
        Assert.Equal(1, answer.RefusedAttachments);
        Assert.Contains("question", answer.MissingFields);
        Assert.Contains(answer.Warnings, w => w.Reason == "CIVILITY_AND_NAME");
        Assert.Contains("Pièces jointes refusées et non conservées : 1.", answer.Notice, StringComparison.Ordinal);
        Assert.Equal(0, await Texts(answer.Case.Name));
        Assert.DoesNotContain(canary, answer.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Service.AllLogs.Lines, l => l.Contains(canary, StringComparison.OrdinalIgnoreCase) || l.Contains("per-1@msante", StringComparison.OrdinalIgnoreCase));
        foreach (var table in new[] { "cases", "case_history", "professional", "request_log", "outbox", "clinical_text", "consent_record" })
        {
            var rows = await Service.Db.Read(tx => tx.Query<string>($"select t::text from {table} t"), CancellationToken.None);
            Assert.DoesNotContain(rows, r => r.Contains(canary, StringComparison.OrdinalIgnoreCase) || r.Contains("msante.invalid", StringComparison.OrdinalIgnoreCase));
        }

        var refused = await Refused.With(
            StatusCode.InvalidArgument, "QUESTION_TOO_SHORT", () => Intake.CompleteCaseAsync(Complete(answer.Case), IntakeFixture.At(IntakeFixture.Requester, 1)));
        Assert.NotNull(refused);
        var question = Complete(answer.Case);
        question.Question = "Comment coordonner le suivi à domicile ?";
        await Intake.CompleteCaseAsync(question, IntakeFixture.At(IntakeFixture.Requester, 1));
        Assert.Equal(1, await Texts(answer.Case.Name));
    }

    [Fact]
    public async Task A_broken_mail_is_answered_and_never_an_internal_error()
    {
        await Mail("Bonjour");
        var random = new Random(20261002);
        var answers = new HashSet<StatusCode>();
        for (var i = 0; i < 300; i++)
        {
            var mail = EmailReaderTests.Mutated(Encoding.UTF8.GetBytes(EmailReaderTests.Plain), random);
            try
            {
                await Intake.SubmitEmailAsync(
                    new SubmitEmailRequest { RequestId = IntakeFixture.NewId(), Message = ByteString.CopyFrom(mail) }, IntakeFixture.At(Gateway));
                answers.Add(StatusCode.OK);
            }
            catch (RpcException e)
            {
                answers.Add(e.StatusCode);
            }
        }

        Assert.Subset(new HashSet<StatusCode> { StatusCode.OK, StatusCode.InvalidArgument, StatusCode.FailedPrecondition }, answers);
        Assert.Contains(StatusCode.OK, answers);
    }

    [Fact]
    public async Task An_unknown_sender_is_counted()
    {
        long counted = 0;
        using var listener = new System.Diagnostics.Metrics.MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "intervision.intake.email.sender_unknown")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref counted, value));
        listener.Start();
        await Refused.With(StatusCode.FailedPrecondition, "SENDER_UNKNOWN", () => Call(Raw("uncounted@msante.invalid", "Bonjour", "y")));
        Assert.True(Interlocked.Read(ref counted) >= 1);
    }

    [Fact]
    public async Task A_mailbox_that_is_gone_is_unknown()
    {
        await Known("leaving@msante.invalid", "professionals/PER-LEAVING", "");
        await Submit(Raw("leaving@msante.invalid", "Bonjour", IntakeFixture.NewId()));
        await Known("", "professionals/PER-LEAVING", "");
        await Refused.With(StatusCode.FailedPrecondition, "SENDER_UNKNOWN", () => Call(Raw("leaving@msante.invalid", "Bonjour", IntakeFixture.NewId())));
    }
}

public sealed class SubmitEmailVerb(IntakeFixture service) : VerbCompliance<SubmitEmailRequest, SubmitEmailResponse>(service)
{
    protected override DevelopmentClaims Who => IntakeFixture.Coordinator;

    protected override int Events => 0;

    protected override IEnumerable<DevelopmentClaims> MayNot => [.. Strangers.All, IntakeFixture.Requester, IntakeFixture.Referent, IntakeFixture.Host, IntakeFixture.Cpts];

    protected override async Task<SubmitEmailRequest> Prepare()
    {
        // A person of this request's own, to count by.
        var id = IntakeFixture.NewId()[^12..];
        await Service.Deliver("membership", EmailSteps.Person($"{id}@msante.invalid", $"professionals/E-{id}", ""), id, IntakeFixture.Start);
        return new SubmitEmailRequest
        {
            RequestId = IntakeFixture.NewId(),
            Message = ByteString.CopyFromUtf8($"From: {id}@msante.invalid\nMessage-ID: <{id}>\n\nQuel relais proposer à la sortie ?"),
        };
    }

    protected override void Change(SubmitEmailRequest request) => request.Programme = "programmes/ADDICTIONS";

    protected override AsyncUnaryCall<SubmitEmailResponse> Call(SubmitEmailRequest request, Metadata headers) => Intake.SubmitEmailAsync(request, headers);

    protected override Task<long> Effects(SubmitEmailRequest request) => Service.Db.Read(
        tx => tx.Single<long>(
            """
            select count(*) + (select count(*) from outbox o join cases c on o.subject = 'cases/' || c.code where c.requester = @requester)
            from cases where requester = @requester
            """,
            new { requester = $"professionals/E-{request.Message.ToStringUtf8()["From: ".Length..].Split('@')[0]}" }),
        CancellationToken.None);
}
