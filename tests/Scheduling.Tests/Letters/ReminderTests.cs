using Grpc.Core;
using Intervision.Scheduling.Letters;
using Intervision.Scheduling.Tests.Replies;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intervision.Scheduling.Tests.Letters;

/// <summary>The day before, once.</summary>
public sealed class ReminderTests(ReminderTests.Alone fixture) : IClassFixture<ReminderTests.Alone>
{
    /// <summary>The last instant of the day before the day before, in Paris.</summary>
    private static readonly DateTimeOffset TooEarly = new(2026, 8, 30, 21, 59, 59, TimeSpan.Zero);
    private static readonly DateTimeOffset DayBefore = new(2026, 8, 30, 22, 0, 0, TimeSpan.Zero);

    /// <summary>One after the other: a reminder is of every session that is due.</summary>
    [Fact]
    public async Task Everybody_expected_is_reminded_once_the_day_before_or_on_the_day()
    {
        var stage = await new Stage(fixture).Set();
        var (session, answers) = (await stage.Convened(), new Answering(stage));
        await answers.Says(stage.Physician, session.Name, Answer.No);
        await answers.Says(stage.Requester, session.Name, Answer.Maybe, AttendanceMode.Video);
        Assert.Equal((0, 0), await Send(TooEarly));
        Assert.Empty(await Reminders(stage));

        // Eight at once, with request ids of their own: as two instances and an impatient coordinator.
        var sent = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Send(DayBefore)));
        Assert.Equal((3, 1), (sent.Sum(s => s.Reminded), sent.Sum(s => s.Sessions)));
        var mails = await Reminders(stage);
        Assert.Equal(new[] { stage.Referent, stage.Expert, stage.Requester }.Select(stage.MailboxOf).Order(StringComparer.Ordinal), mails.Select(m => m.Recipient).Order(StringComparer.Ordinal));
        Assert.All(mails, m => Assert.Null(m.Calendar));
        Assert.All(mails, m => Assert.DoesNotContain("SIT-", m.Subject + m.Body, StringComparison.Ordinal));
        var list = await answers.List(session.Name);
        Assert.Equal(3, list.Replies.Count(r => r.ReminderTime is not null));

        // The next hour nobody; whoever changes one's mind is reminded too; on the day until it starts.
        Assert.Equal((0, 0), await Send(DayBefore.AddHours(1)));
        await answers.Says(stage.Physician, session.Name, Answer.Yes, AttendanceMode.InPerson, DayBefore.AddHours(2));
        Assert.Equal((1, 1), await Send(Stage.Start.AddMinutes(-1)));
        Assert.Equal((0, 0), await Send(Stage.Start.AddMinutes(-1)));

        // Moved: to another sequence, everybody again, those who had declined too.
        await answers.Move(session.Name, 7);
        Assert.Equal((0, 0), await Send(DayBefore));
        Assert.Equal((4, 1), await Send(DayBefore.AddDays(7)));
    }

    [Fact]
    public async Task A_crash_between_row_and_mail_leaves_neither()
    {
        var stage = await new Stage(fixture).Set();
        var session = await stage.Convened();
        // A day of its own: the other test reminds of everything that is due.
        await new Answering(stage).Move(session.Name, 30);
        var due = Stage.Start.AddDays(29);
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Db.InTransaction(
            async tx =>
            {
                await SendReminders.Run(tx, due);
                throw new InvalidOperationException("the process dies here");
            },
            CancellationToken.None));
        Assert.Empty(await Reminders(stage));
        var job = new ReminderJob(fixture.Db, TimeProvider.System, NullLogger<ReminderJob>.Instance);
        await job.RunOnce(new DateTimeOffset(due.Date.AddHours(2), TimeSpan.Zero), CancellationToken.None);
        Assert.Empty(await Reminders(stage));
        await job.RunOnce(due, CancellationToken.None);
        Assert.Equal(4, (await Reminders(stage)).Count);
        await job.RunOnce(due.AddHours(1), CancellationToken.None);
        Assert.Equal(4, (await Reminders(stage)).Count);
    }

    [Fact]
    public async Task Answers_reminders_and_revoked_calendars_are_forgotten_after_a_year()
    {
        var stage = await new Stage(fixture).Set();
        var (session, answers) = (await stage.Convened(), new Answering(stage));
        await new Answering(stage).Move(session.Name, 60);
        await answers.Client.RespondByCalendarAsync(
            new RespondByCalendarRequest
            {
                RequestId = Stage.NewRequest(), Calendar = await answers.Calendar(stage.Physician, change: t => t.Replace("SEQUENCE:0", "SEQUENCE:1", StringComparison.Ordinal)),
            },
            Tokens.As(Tokens.Service("mail"), Answering.Now));
        var end = Stage.Start.AddDays(60).AddMinutes(60);
        Assert.Equal(1, await Answers(end));
        Assert.Equal(0, await Answers(end.AddTicks(10)));

        // In a transaction that is not kept: other tests have answers of their own.
        async Task<int> Answers(DateTimeOffset before)
        {
            await using var connection = await fixture.Services.GetRequiredService<Npgsql.NpgsqlDataSource>().OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var tx = new Tx(connection, transaction, CancellationToken.None);
            await ReminderJob.Forget(tx, before);
            return await tx.Single<int>("select count(*)::int from reply where professional = @Physician", new { stage.Physician });
        }
    }

    [Fact]
    public async Task Only_the_region_and_the_services_send_reminders()
    {
        var client = fixture.Client<InvitationService.InvitationServiceClient>();
        foreach (var who in new[] { Tokens.Referent("professionals/R", "poles/P"), Tokens.HostCoordinator("h", "poles/P"), Tokens.Professional("professionals/P"), Tokens.Of(Roles.Auditor, "a"), Tokens.Cpts("organisations/C") })
        {
            await Refused.With(StatusCode.PermissionDenied, "PERMISSION_DENIED", () => client.SendRemindersAsync(new SendRemindersRequest { RequestId = Stage.NewRequest() }, Tokens.As(who)));
        }

        var request = new SendRemindersRequest { RequestId = Stage.NewRequest() };
        var longAgo = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.SendRemindersAsync(request, Tokens.As(Tokens.Service("demo"), longAgo)).ResponseAsync));
        Assert.Single(all.Distinct());
        await Refused.With(StatusCode.InvalidArgument, "REQUEST_ID_INVALID", () => client.SendRemindersAsync(new SendRemindersRequest(), Tokens.As(Tokens.Coordinator())));
    }

    private async Task<(int Reminded, int Sessions)> Send(DateTimeOffset now)
    {
        var sent = await fixture.Client<InvitationService.InvitationServiceClient>().SendRemindersAsync(
            new SendRemindersRequest { RequestId = Stage.NewRequest() }, Tokens.As(Tokens.Coordinator(), now));
        return (sent.Reminded, sent.Sessions);
    }

    private static async Task<IReadOnlyList<QueuedMail>> Reminders(Stage stage) =>
        [.. (await Mails.Of(stage)).Where(m => m.Subject.StartsWith("Rappel", StringComparison.Ordinal))];

    /// <summary>A database that no other class convenes in.</summary>
    public sealed class Alone : SchedulingFixture;
}
