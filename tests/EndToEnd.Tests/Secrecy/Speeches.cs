using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.V1.Case;
using Verdict = Intervision.Intake.V1.ReviewLibraryCaseRequest.Types.Verdict;

namespace Intervision.EndToEnd.Tests.Secrecy;

/// <summary>Everything that people can write or send after a season, accepted or refused, each with a canary of its own.</summary>
internal sealed class Speeches(Voices voices, Canaries canaries)
{
    private readonly Canary secret = canaries.Secret;

    private IntakeService.IntakeServiceClient Intake => voices.Intake;

    /// <summary>A case with a sheet, approved; the texts are read back from their ciphertext.</summary>
    public async Task<Case> WholeSheet()
    {
        // A civility and a name are a suspicion, accepted and shown to the second reader.
        var deposited = await voices.Heard(Intake.SubmitCaseAsync(
            voices.Deposit(r => r.Question = $"Quel relais proposer à Mme {Capital(secret["question"])} ?"), voices.As(Voices.Coordinator)));
        Assert.Contains(deposited.Warnings, w => w.Reason == "CIVILITY_AND_NAME");
        var accepted = (await voices.Heard(Intake.AcceptCaseAsync(
            new AcceptCaseRequest { RequestId = Voices.NewId(), Name = deposited.Case.Name, Etag = deposited.Case.Etag, Pole = Voices.Pole }, voices.As(Voices.Coordinator, 1)))).Case;
        var sheet = new Sheet
        {
            Question = $"Que proposer avec {secret["sheetquestion"]} ?",
            Treatments = { $"{secret["treatment"]} 10 mg" },
            Situation = $"Suivi par {secret["situation"]}, ruptures répétées depuis plusieurs mois.",
        };
        var written = (await voices.Heard(Intake.WriteSheetAsync(Writing(accepted, sheet), voices.As(Voices.Requester, 2)))).Case;
        Assert.Equal(sheet, (await Intake.ReadSheetAsync(new ReadSheetRequest { Name = written.Name, Purpose = "PREPARATION" }, voices.As(Voices.Requester, 3))).Sheet);
        await Refusals(written);
        await Intake.ReadSheetAsync(new ReadSheetRequest { Name = written.Name, Purpose = "SECOND_READING" }, voices.As(Voices.Referent, 4));
        return (await voices.Heard(Intake.ApproveSheetAsync(
            new ApproveSheetRequest { RequestId = Voices.NewId(), Name = written.Name, Etag = written.Etag }, voices.As(Voices.Referent, 4)))).Case;
    }

    /// <summary>What is refused before anything is stored: identifying texts, wrong lengths, words where a code belongs.</summary>
    public async Task RefusedDeposits()
    {
        await Deposit("IDENTIFYING_TEXT", r => r.Question = $"{secret["nir"]}, numéro {Nir()}, que faire ?");
        await Deposit("IDENTIFYING_TEXT", r => r.Question = $"{secret["phone"]} au 06 12 34 56 78, que faire ?");
        await Deposit("IDENTIFYING_TEXT", r => r.Question = $"Joindre {secret["mail"]}@exemple.fr et ensuite ?");
        await Deposit("IDENTIFYING_TEXT", r => r.Question = $"{secret["iban"]} a FR76 3000 1007 9412 3456 7890 185, que faire ?");
        await Deposit("IDENTIFYING_TEXT", r => r.Question = $"{secret["birth"]}, venu au monde le 12/03/1984, que faire ?");
        await Deposit("QUESTION_TOO_LONG", r => r.Question = string.Join(' ', Enumerable.Repeat(secret["long"], 40)));
        await Deposit("UNREADABLE_TEXT", r => r.Question = $"{secret["nul"]}\0 et ensuite, que faire ?");
        await Deposit("UNKNOWN_MOTIVE", r => r.PrincipalMotive = $"Mme {secret["motive"]}");
        await Deposit("UNKNOWN_MOTIVE", r => r.OtherMotives.Add(secret["othermotive"]));
        await Deposit("UNKNOWN_AGE_BAND", r => r.AgeBand = secret["age"]);
        await Deposit("UNKNOWN_SEX", r => r.Sex = secret["sex"]);
        await Deposit("UNKNOWN_CONTEXT", r => r.Contexts.Add(secret["context"]));
        await Deposit("UNKNOWN_PRODUCT", r => r.Products.Add(secret["product"]));
        await Deposit("UNKNOWN_CHANNEL", r => r.Channel = secret["channel"]);
        await Deposit("EXTERNAL_ID_TOO_LONG", r => r.ExternalId = string.Join(' ', Enumerable.Repeat($"Mme {secret["number"]}", 4)));
        await Deposit("UNKNOWN_PERSON", r => r.Requester = $"professionals/Mme {secret["requester"]}");
        await Deposit("UNKNOWN_PERSON", r => r.Actors.Add($"Mme {secret["actor"]}"));
        await Deposit("UNKNOWN_PROGRAMME", r => (r.Programme, r.Pole, r.Commune) = ($"programmes/{secret["programme"]}", "", "59178"));
        await Deposit("UNKNOWN_POLE", r => r.Pole = $"poles/{secret["pole"]}");
        await Deposit("UNKNOWN_COMMUNE", r => (r.Pole, r.Commune) = ("", $"12 rue {secret["commune"]}"));
        await Deposit("REQUEST_ID_INVALID", r => r.RequestId = secret["request"]);
        await voices.Refused("PERMISSION_DENIED", Intake.SubmitCaseAsync(
            voices.Deposit(r => r.Question = $"Que proposer avec {secret["denied"]} ?"), voices.As(Voices.Stranger)));

        var first = voices.Deposit(r => r.Question = $"Que proposer avec {secret["first"]} ?");
        await voices.Heard(Intake.SubmitCaseAsync(first, voices.As(Voices.Coordinator)));
        await Deposit("REQUEST_ID_REUSED", r => (r.RequestId, r.Question) = (first.RequestId, $"Que proposer avec {secret["reused"]} ?"));
        await Deposit("EXTERNAL_ID_REUSED", r => (r.ExternalId, r.Question) = (first.ExternalId, $"Que proposer avec {secret["external"]} ?"));
    }

    /// <summary>What is no message at all, and words where the transport has its own.</summary>
    public async Task Garbage()
    {
        var text = Encoding.UTF8.GetBytes(secret["garbage"]);
        await voices.Garbled("SubmitCase", [0x0A, 0x7F, .. text], StatusCode.Internal, StatusCode.InvalidArgument, StatusCode.Unknown);
        await voices.Garbled("SubmitCase", [0x7A, (byte)(text.Length + 2), 0xC3, 0x28, .. text], StatusCode.Internal, StatusCode.InvalidArgument, StatusCode.Unknown);
        await voices.Garbled("SubmitEmail", [.. Enumerable.Repeat(text, 80_000).SelectMany(t => t)], StatusCode.ResourceExhausted);
        await Unheard(StatusCode.Unauthenticated, new Metadata { { "authorization", $"Bearer {secret["token"]}" } });
        var clock = voices.As(Voices.Coordinator);
        clock.Remove(clock.Get(CallClock.Header)!);
        clock.Add(CallClock.Header, secret["clock"]);
        await Unheard(StatusCode.InvalidArgument, clock);

        async Task Unheard(StatusCode code, Metadata headers)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await Intake.ListCasesAsync(new ListCasesRequest { PageToken = secret["page"] }, headers));
            Assert.Equal(code, refused.StatusCode);
            voices.Keep(refused);
        }
    }

    /// <summary>A message from a professional: subject, name, text and attachment; then from somebody unknown, and one that cannot be read.</summary>
    public async Task Emails()
    {
        var known = await voices.Heard(Intake.SubmitEmailAsync(
            Email(Voices.DoctorsMailbox, $"Comment {secret["mailbody"]} coordonner le suivi ?"), voices.As(Voices.Coordinator)));
        Assert.Equal(1, known.RefusedAttachments);
        Assert.DoesNotContain("question", known.MissingFields);
        await voices.Heard(Intake.CompleteCaseAsync(
            new CompleteCaseRequest
            {
                RequestId = Voices.NewId(), Name = known.Case.Name, Etag = known.Case.Etag, Pole = "poles/L01", PrincipalMotive = "RUPTURE_SOINS", AgeBand = "35-44",
                AttendingPhysicianAbsence = AttendingPhysicianAbsence.NoAttendingPhysician,
            },
            voices.As(Voices.Requester, 1)));
        var doubtful = await voices.Heard(Intake.SubmitEmailAsync(
            Email(Voices.DoctorsMailbox, $"Comment aider Mme {Capital(secret["mailname"])} à se soigner ?"), voices.As(Voices.Coordinator)));
        Assert.Contains("question", doubtful.MissingFields);
        await voices.Refused("SENDER_UNKNOWN", Intake.SubmitEmailAsync(
            Email($"{secret["sender"]}@mssante.fr", $"Comment aider {secret["unknownbody"]} à se soigner ?"), voices.As(Voices.Coordinator)));
        await voices.Refused("SENDER_UNREADABLE", Intake.SubmitEmailAsync(
            new SubmitEmailRequest { RequestId = Voices.NewId(), Message = ByteString.CopyFromUtf8($"Subject: {secret["headless"]}\r\n\r\n{secret["headlessbody"]}") },
            voices.As(Voices.Coordinator)));
    }

    /// <summary>An alert and what an authority answered; the texts are read back.</summary>
    public async Task Alert()
    {
        var request = new DraftAlertRequest
        {
            RequestId = Voices.NewId(),
            Criteria = new AlertCriteria { Motives = { "COMPLEXITE_SUIVI" }, Territory = Voices.Pole, FromDate = new DateOnly(2026, 10, 1).ToProto(), UntilDate = new DateOnly(2027, 1, 1).ToProto() },
            Texts = new AlertTexts { Facts = $"Des délais de plusieurs mois, {secret["facts"]}.", Request = $"Ouvrir des places, {secret["asked"]}." },
        };
        var drafted = (await voices.Heard(Intake.DraftAlertAsync(request, voices.As(Voices.Coordinator)))).Alert;
        var identifying = request.Clone();
        (identifying.RequestId, identifying.Texts.Facts) = (Voices.NewId(), $"{secret["alertphone"]} est au 06 12 34 56 78.");
        await voices.Refused("IDENTIFYING_TEXT", Intake.DraftAlertAsync(identifying, voices.As(Voices.Coordinator)));

        var half = (await voices.Heard(Intake.ValidateAlertAsync(Validating(drafted, AlertCapacity.Referent), voices.As(Voices.Referent, 1)))).Alert;
        var whole = (await voices.Heard(Intake.ValidateAlertAsync(Validating(half, AlertCapacity.Association), voices.As(Voices.Coordinator, 2)))).Alert;
        var day = DateOnly.FromDateTime(Voices.After.UtcDateTime).ToProto();
        var sent = (await voices.Heard(Intake.TransmitAlertAsync(
            new TransmitAlertRequest { RequestId = Voices.NewId(), Name = whole.Name, Etag = whole.Etag, Recipient = "ARS", TransmitDate = day }, voices.As(Voices.Coordinator, 3)))).Alert;
        await voices.Heard(Intake.RecordAlertAnswerAsync(
            new RecordAlertAnswerRequest { RequestId = Voices.NewId(), Name = sent.Name, Etag = sent.Etag, Recipient = "ARS", AnswerDate = day, Answer = $"Deux places, {secret["answer"]}." },
            voices.As(Voices.Coordinator, 4)));
        var read = await Intake.GetAlertAsync(new GetAlertRequest { Name = sent.Name }, voices.As(Voices.Coordinator, 5));
        Assert.Equal((request.Texts, $"Deux places, {secret["answer"]}."), (read.Texts, read.Answers.Single().Words));
    }

    /// <summary>
    /// Of a case that the season decided upon: what copies its decision is refused, which shows that the decision's words were
    /// kept; what is written anew is reviewed, published and found by anybody.
    /// </summary>
    /// <param name="question">As the season deposited it, with its canary at the end.</param>
    public async Task<string> Library(Case decided, string question, string orientation)
    {
        var requester = ServiceDefaults.Security.Roles.Professional;
        var who = new ServiceDefaults.Security.DevelopmentClaims(decided.Requester, [requester]);
        var canary = question.Split(' ')[^2];
        LibraryText text = new()
        {
            Title = $"Un suivi qui se perd, {canaries.Public["title"]}",
            Situation = $"La personne voit plusieurs soignants qui ne se connaissent pas, {canaries.Public["situation"]}, et les rendez-vous manquent.",
            Question = $"Comment ramener le suivi à une seule équipe, {canaries.Public["question"]} ?",
            Orientation = $"Une équipe unique est choisie avec la personne, {canaries.Public["orientation"]}.",
            Orientations = { orientation },
        };
        var copied = text.Clone();
        copied.Orientation = $"On retient que {canary} le demandeur propose cette suite au patient.";
        await voices.Refused("COPIED_TEXT", Intake.ProposeLibraryCaseAsync(Proposing(decided, copied), voices.As(who, 1)));
        var named = text.Clone();
        named.Title = $"Le suivi de {Capital(secret["libraryname"])} se perd";
        await voices.Refused("IDENTIFYING_TEXT", Intake.ProposeLibraryCaseAsync(Proposing(decided, named), voices.As(who, 1)));

        var proposal = (await voices.Heard(Intake.ProposeLibraryCaseAsync(Proposing(decided, text), voices.As(who, 2)))).Proposal;
        await voices.Heard(Intake.ReviewLibraryCaseAsync(
            new ReviewLibraryCaseRequest { RequestId = Voices.NewId(), Name = proposal.Name, Etag = proposal.Etag, Verdict = Verdict.Approve }, voices.As(Voices.Referent, 3)));
        var published = await voices.Heard(Intake.PublishLibraryCasesAsync(
            new PublishLibraryCasesRequest { RequestId = Voices.NewId() }, voices.As(Voices.Coordinator, 45 * 24)));
        Assert.Equal(1, published.Published);
        return Assert.Single((await Intake.SearchLibraryAsync(new SearchLibraryRequest { Query = canaries.Public["title"] }, [])).Hits).Name;
    }

    private async Task Refusals(Case of)
    {
        await Write("IDENTIFYING_TEXT", of, s => s.Situation = $"{secret["sheetphone"]} est au 06 12 34 56 78.");
        await Write("TEXT_TOO_LONG", of, s => s.Situation = string.Join(' ', Enumerable.Repeat(secret["sheetlong"], 300)));
        await Write("TEXT_TOO_LONG", of, s => s.Treatments.Add(string.Join(' ', Enumerable.Repeat(secret["treatmentlong"], 20))));
        await voices.Refused("ETAG_MISMATCH", Intake.WriteSheetAsync(
            new WriteSheetRequest { RequestId = Voices.NewId(), Name = of.Name, Etag = secret["etag"], Sheet = Plain($"Suivi par {secret["stale"]}.") }, voices.As(Voices.Requester, 3)));
        await voices.Refused("PERMISSION_DENIED", Intake.WriteSheetAsync(Writing(of, Plain($"Suivi par {secret["stranger"]}.")), voices.As(Voices.Stranger, 3)));
        await voices.Refused("UNKNOWN_PURPOSE", Intake.ReadSheetAsync(new ReadSheetRequest { Name = of.Name, Purpose = $"Mme {secret["purpose"]}" }, voices.As(Voices.Requester, 3)));
        await voices.Refused("PERMISSION_DENIED", Intake.GetCaseAsync(new GetCaseRequest { Name = $"cases/Mme {secret["name"]}" }, voices.As(Voices.Coordinator, 3)));
        await voices.Refused("NOT_FOUND", Intake.GetLibraryCaseAsync(new GetLibraryCaseRequest { Name = $"libraryCases/Mme {secret["libraryid"]}" }, voices.As(Voices.Coordinator, 3)));
        await voices.Refused("PAGE_TOKEN_INVALID", Intake.ListCasesAsync(new ListCasesRequest { PageToken = secret["page"] }, voices.As(Voices.Coordinator, 3)));
        await voices.Refused("REASON_INVALID", Intake.AbandonCaseAsync(
            new AbandonCaseRequest { RequestId = Voices.NewId(), Name = of.Name, Etag = of.Etag, Reason = $"Mme {secret["reason"]}" }, voices.As(Voices.Requester, 3)));
        await Decide("SESSION_INVALID", of, $"Mme {secret["session"]}", "Revoir le cadre.");
        await Decide("CASE_NOT_DISCUSSED", of, "sessions/01920000-0000-7000-8000-000000000000", $"Revoir {secret["decision"]}.");
        await voices.Heard(Intake.SearchLibraryAsync(new SearchLibraryRequest { Query = $"Mme {secret["query"]}" }, []));
        await voices.Browsed(System.Net.HttpStatusCode.OK, $"/bibliotheque?q=Mme+{secret["address"]}");
        await voices.Browsed(System.Net.HttpStatusCode.BadRequest, $"/bibliotheque?trimestre={secret["quarter"]}&page={secret["page"]}");
    }

    private Task Deposit(string reason, Action<SubmitCaseRequest> change) =>
        voices.Refused(reason, Intake.SubmitCaseAsync(voices.Deposit(change), voices.As(Voices.Coordinator)));

    private Task Write(string reason, Case of, Action<Sheet> change)
    {
        var sheet = Plain("Ruptures répétées depuis plusieurs mois.");
        change(sheet);
        return voices.Refused(reason, Intake.WriteSheetAsync(Writing(of, sheet), voices.As(Voices.Requester, 3)));
    }

    private Task Decide(string reason, Case of, string session, string wording) => voices.Refused(reason, Intake.RecordDecisionsAsync(
        new RecordDecisionsRequest
        {
            RequestId = Voices.NewId(), Name = of.Name, Etag = of.Etag, Session = session,
            Decisions = { new Decision { Orientation = "ORIENTATION_CSAPA", Responsible = Voices.Doctor, DueDate = new DateOnly(2027, 9, 1).ToProto(), Wording = wording } },
        },
        voices.As(Voices.Referent, 3)));

    private SubmitEmailRequest Email(string from, string text) => new()
    {
        RequestId = Voices.NewId(),
        Message = ByteString.CopyFromUtf8(
            $"From: {secret["display"]} <{from}>\r\nSubject: {secret["subject"]}\r\nMessage-ID: <{secret["messageid"]}.{Voices.NewId()}@mssante.fr>\r\n"
            + $"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
            + $"--b\r\nContent-Type: text/plain; name={secret["filename"]}\r\n\r\n{secret["attachment"]}\r\n--b--\r\n"),
    };

    private static Sheet Plain(string situation) => new() { Question = "Comment coordonner les soins ?", Situation = situation };

    private static WriteSheetRequest Writing(Case of, Sheet sheet) => new() { RequestId = Voices.NewId(), Name = of.Name, Etag = of.Etag, Sheet = sheet };

    private static ValidateAlertRequest Validating(Alert alert, AlertCapacity capacity) =>
        new() { RequestId = Voices.NewId(), Name = alert.Name, Etag = alert.Etag, Capacity = capacity };

    private static ProposeLibraryCaseRequest Proposing(Case of, LibraryText text) =>
        new() { RequestId = Voices.NewId(), Name = of.Name, Etag = of.Etag, Text = text };

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    /// <summary>A woman of May 1985 in the département 59: thirteen digits and their key.</summary>
    private static string Nir()
    {
        const long digits = 2850559350123;
        return $"{digits}{97 - (digits % 97):00}";
    }
}
