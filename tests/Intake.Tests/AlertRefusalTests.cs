using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using static Intervision.Intake.Tests.AlertSteps;

namespace Intervision.Intake.Tests;

/// <summary>What an alert to the authorities cannot be, and what cannot be done with it.</summary>
public sealed class AlertRefusalTests(IntakeFixture service)
{
    private IntakeService.IntakeServiceClient Intake => service.Intake;

    public static TheoryData<string, string> BadDrafts => new()
    {
        { "THEME_MISSING", "none" }, { "TOO_MANY_CODES", "four" }, { "CODE_TWICE", "twice" }, { "UNKNOWN_MOTIVE", "motive" }, { "UNKNOWN_CONTEXT", "context" },
        { "UNKNOWN_PRODUCT", "product" }, { "UNKNOWN_TERRITORY", "territory" }, { "FROM_DATE_INVALID", "from" }, { "UNTIL_DATE_INVALID", "until" },
        { "UNTIL_DATE_INVALID", "empty" }, { "PERIOD_TOO_LONG", "long" }, { "PERIOD_NOT_ENDED", "running" }, { "TEXT_TOO_SHORT", "short" },
        { "TEXT_TOO_LONG", "facts" }, { "IDENTIFYING_TEXT", "phone" }, { "THEME_MISSING", "nothing" },
    };

    [Theory]
    [MemberData(nameof(BadDrafts))]
    public async Task What_an_alert_cannot_be(string reason, string what) => await Refused.With(
        StatusCode.InvalidArgument, reason, () => Intake.DraftAlertAsync(Draft("poles/P12", r => Spoil(r, what)), IntakeFixture.At(IntakeFixture.Coordinator, January)));

    [Fact]
    public async Task What_cannot_be_transmitted_answered_or_closed()
    {
        var drafted = await service.Drafted(await service.PoleWith(0));
        await Refuse("ALERT_NOT_VALIDATED", StatusCode.FailedPrecondition, Transmit(drafted));
        var validated = await service.Validated(drafted);
        await Refuse("UNKNOWN_RECIPIENT", StatusCode.InvalidArgument, Transmit(validated, "PREFECTURE"));
        await Refuse("TRANSMIT_DATE_INVALID", StatusCode.InvalidArgument, With(Transmit(validated), r => r.TransmitDate = null));
        await Refuse("TRANSMIT_DATE_IN_FUTURE", StatusCode.InvalidArgument, With(Transmit(validated), r => r.TransmitDate = new DateOnly(2027, 3, 1).ToProto()));
        await Refuse("TRANSMITTED_BEFORE_VALIDATION", StatusCode.InvalidArgument, With(Transmit(validated), r => r.TransmitDate = new DateOnly(2027, 1, 14).ToProto()));
        var transmitted = await service.Transmitted(validated);
        await Refuse("ALREADY_TRANSMITTED", StatusCode.FailedPrecondition, Transmit(transmitted));
        await RefuseAnswer("NOT_TRANSMITTED_TO", StatusCode.FailedPrecondition, Answer(transmitted, "DDETS_59"));
        await RefuseAnswer("ANSWER_DATE_INVALID", StatusCode.InvalidArgument, With(Answer(transmitted), r => r.AnswerDate = null));
        await RefuseAnswer("ANSWER_DATE_IN_FUTURE", StatusCode.InvalidArgument, With(Answer(transmitted), r => r.AnswerDate = new DateOnly(2027, 3, 1).ToProto()));
        await RefuseAnswer("ANSWERED_BEFORE_TRANSMISSION", StatusCode.InvalidArgument, With(Answer(transmitted), r => r.AnswerDate = new DateOnly(2027, 1, 15).ToProto()));
        await RefuseAnswer("IDENTIFYING_TEXT", StatusCode.InvalidArgument, With(Answer(transmitted), r => r.Answer = "Rappelez le 06 12 34 56 78."));
        await RefuseClose("NOBODY_ANSWERED", StatusCode.FailedPrecondition, transmitted, "REFUSEE");
        await RefuseClose("CLOSE_CODE_INVALID", StatusCode.InvalidArgument, transmitted, "OUBLIEE");
        var answered = await service.Answered(transmitted);
        await RefuseAnswer("ALREADY_ANSWERED", StatusCode.FailedPrecondition, Answer(answered));
        await RefuseClose("SOMEBODY_ANSWERED", StatusCode.FailedPrecondition, answered, "SANS_REPONSE");
        await Refused.With(StatusCode.FailedPrecondition, "ALERT_TRANSMITTED", () => Intake.AbandonAlertAsync(
            new AbandonAlertRequest { RequestId = IntakeFixture.NewId(), Name = answered.Name, Etag = answered.Etag }, IntakeFixture.At(IntakeFixture.Coordinator, January + 40)));

        Task Refuse(string reason, StatusCode code, TransmitAlertRequest request) =>
            Refused.With(code, reason, () => Intake.TransmitAlertAsync(request, IntakeFixture.At(IntakeFixture.Coordinator, January + 30)));
        Task RefuseAnswer(string reason, StatusCode code, RecordAlertAnswerRequest request) =>
            Refused.With(code, reason, () => Intake.RecordAlertAnswerAsync(request, IntakeFixture.At(IntakeFixture.Coordinator, January + 35)));
        Task RefuseClose(string reason, StatusCode code, Alert alert, string close) => Refused.With(code, reason, () => Intake.CloseAlertAsync(
            new CloseAlertRequest { RequestId = IntakeFixture.NewId(), Name = alert.Name, Etag = alert.Etag, CloseCode = close }, IntakeFixture.At(IntakeFixture.Coordinator, January + 36)));
        static T With<T>(T request, Action<T> change)
        {
            change(request);
            return request;
        }
    }

    private static void Spoil(DraftAlertRequest request, string what)
    {
        var (criteria, texts) = (request.Criteria, request.Texts);
        switch (what)
        {
            case "none": criteria.Products.Clear(); break;
            case "nothing": (request.Criteria, request.Texts) = (null, null); break;
            case "four": criteria.Motives.Add(["COMPLEXITE_SUIVI", "AUTRE", "RUPTURE_SOINS"]); break;
            case "twice": criteria.Products.Add("ALCOOL"); break;
            case "motive": criteria.Motives.Add("X"); break;
            case "context": criteria.Contexts.Add("X"); break;
            case "product": criteria.Products.Add("X"); break;
            case "territory": criteria.Territory = "communes/62498"; break;
            case "from": criteria.FromDate = October.AddDays(1).ToProto(); break;
            case "until": criteria.UntilDate = October.AddMonths(1).ToProto(); break;
            case "empty": criteria.UntilDate = October.ToProto(); break;
            case "long": criteria.FromDate = October.AddYears(-2).ToProto(); break;
            case "running": criteria.UntilDate = October.AddMonths(6).ToProto(); break;
            case "short": texts.Facts = " rien "; break;
            case "facts": texts.Facts = new string('a', 2001); break;
            case "phone": texts.Request = "Rappelez le 06 12 34 56 78 à ce sujet."; break;
            default: throw new ArgumentOutOfRangeException(nameof(what), what, null);
        }
    }
}
