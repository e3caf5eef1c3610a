using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Dapper;
using Grpc.Core;
using Intervision.Intake.V1;
using Intervision.Scheduling.V1;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Intervision.Scheduling.Tests;

/// <summary>
/// What people write of a session (why there is no expert, why it was called off, where it is, under which name they come) stands in its
/// own table for its own readers: in no event, no log, no span, no metric, no error and no stored outcome.
/// </summary>
public sealed class SecrecyTests(SecrecyTests.Overheard service) : IClassFixture<SecrecyTests.Overheard>
{
    /// <summary>A word that stands nowhere else; letters only, so that it is a name too.</summary>
    private const string Canary = "Zébruline";

    private static readonly DateTimeOffset Week = Stage.Start.AddDays(-7);

    /// <summary>Where each text may stand.</summary>
    private static readonly string[] Homes = ["announcement", "notice", "session"];

    [Fact]
    public async Task A_word_of_a_text_is_found_in_its_own_table_and_nowhere_else()
    {
        var errors = new StringBuilder();
        var open = await OpenSession();
        await Notices(open, errors);
        await Waivers(errors);

        Assert.DoesNotContain(Canary, errors.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.All((string[])["CASE_CODE_IN_TEXT", "TEXT_TOO_LONG", "DISPLAY_NAME_INVALID", "ETAG_MISMATCH", "PERMISSION_DENIED"], reason => Assert.Contains(reason, errors.ToString(), StringComparison.Ordinal));
        Assert.Contains(service.Heard, h => h.StartsWith("span", StringComparison.Ordinal) && h.Contains("ConveneSession", StringComparison.Ordinal));
        Assert.Contains(service.Heard, h => h.StartsWith("metric", StringComparison.Ordinal));
        Assert.Contains(service.Heard, h => h.StartsWith("log", StringComparison.Ordinal));
        Assert.DoesNotContain(service.Heard, h => Says(h));
        Assert.Equal(Homes, (await Found()).Order(StringComparer.Ordinal));
    }

    /// <summary>A session that is published with its place, and somebody who comes by a name.</summary>
    private async Task Notices(Stage stage, StringBuilder errors)
    {
        var notices = service.Client<NoticeService.NoticeServiceClient>();
        var session = (await stage.Plan())[0];
        var publish = new PublishNoticeRequest { RequestId = Stage.NewRequest(), Name = session.Name, Place = $"Salle {Canary}" };
        await notices.PublishNoticeAsync(publish, stage.AsCoordinator(Week));
        await notices.AnnounceMyselfAsync(new AnnounceMyselfRequest { RequestId = Stage.NewRequest(), Name = session.Name, DisplayName = $"Docteur {Canary}" }, stage.As(Tokens.Professional(stage.Physician), Week));
        foreach (var (place, who) in new[] { ($"{Canary} SIT-0000-0000", stage.Coordinator), (string.Join(' ', Enumerable.Repeat(Canary, 30)), stage.Coordinator), (Canary, Tokens.Professional(stage.Physician)) })
        {
            await Refuse(errors, notices.PublishNoticeAsync(new PublishNoticeRequest { RequestId = Stage.NewRequest(), Name = session.Name, Place = place }, stage.As(who, Week)));
        }

        await Refuse(errors, notices.AnnounceMyselfAsync(new AnnounceMyselfRequest { RequestId = Stage.NewRequest(), Name = session.Name, DisplayName = $"{Canary} 06 12 34 56 78" }, stage.As(Tokens.Professional(stage.Physician), Week)));
    }

    /// <summary>A session convened without expert, then with another reason, then called off.</summary>
    private async Task Waivers(StringBuilder errors)
    {
        var stage = await new Stage(service).Set();
        var frozen = await stage.Frozen();
        foreach (var reason in (string[])[$"{Canary} SIT-0000-0000", string.Join(' ', Enumerable.Repeat(Canary, 60))])
        {
            await Refuse(errors, stage.Client.ConveneSessionAsync(Convening(stage, frozen, reason), stage.AsCoordinator(Week)));
        }

        var convened = (await stage.Client.ConveneSessionAsync(Convening(stage, frozen, $"L'experte {Canary} est malade"), stage.AsCoordinator(Week))).Session;
        await Refuse(errors, stage.Client.ConveneSessionAsync(Convening(stage, frozen, Canary), stage.AsCoordinator(Week)));
        var without = (await service.Seasons.SetExpertAsync(
            new SetExpertRequest { RequestId = Stage.NewRequest(), Name = convened.Name, Etag = convened.Etag, ExpertWaiverReason = $"{Canary} ne vient pas non plus" }, stage.AsCoordinator(Week))).Session;
        await Refuse(errors, service.Seasons.CancelSessionAsync(Cancelling(without, $"{Canary} SIT-0000-0000"), stage.AsCoordinator(Week)));
        await Refuse(errors, service.Seasons.CancelSessionAsync(Cancelling(without, Canary), stage.As(Tokens.Professional(stage.Physician), Week)));
        await service.Seasons.CancelSessionAsync(Cancelling(without, $"Inondation chez {Canary}"), stage.AsCoordinator(Week));
        // Whoever organises reads both back.
        var read = await stage.Get(without.Name);
        Assert.True(Says(read.CancelExplanation) && Says(read.ExpertWaiverReason));
    }

    private async Task<Stage> OpenSession() => await new Stage(service).Set(Directory.Precarite);

    private static ConveneSessionRequest Convening(Stage stage, Session session, string reason)
    {
        var request = stage.Convening(session);
        (request.Expert, request.ExpertWaiverReason) = ("", reason);
        return request;
    }

    private static CancelSessionRequest Cancelling(Session session, string explanation) => new()
    {
        RequestId = Stage.NewRequest(), Name = session.Name, Etag = session.Etag, Reason = CancelSessionRequest.Types.Reason.RoomLost, Explanation = explanation,
    };

    private static async Task Refuse<T>(StringBuilder errors, AsyncUnaryCall<T> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call);
        errors.AppendLine(refused.ToString());
        foreach (var trailer in refused.Trailers)
        {
            errors.AppendLine(trailer.IsBinary ? Encoding.UTF8.GetString(trailer.ValueBytes) : trailer.Value);
        }
    }

    private static bool Says(string text) => text.Contains(Canary, StringComparison.OrdinalIgnoreCase) || text.Contains("bruline", StringComparison.OrdinalIgnoreCase);

    /// <summary>The tables in whose rows the word stands, as text or as bytes.</summary>
    private async Task<IReadOnlyList<string>> Found()
    {
        await using var owner = new NpgsqlConnection(service.OwnerConnectionString);
        var tables = (await owner.QueryAsync<string>("select quote_ident(relname) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')")).ToList();
        Assert.All((string[])["outbox", "request_log", "mail_queue"], t => Assert.Contains(t, tables));
        var found = new List<string>();
        foreach (var table in tables)
        {
            if (await owner.ExecuteScalarAsync<bool>($"select exists (select from {table} t where t::text ilike '%bruline%' or t::text like '%' || encode(convert_to('bruline', 'UTF8'), 'hex') || '%')"))
            {
                found.Add(table);
            }
        }

        return found;
    }

    /// <summary>Everything the service says of itself: each line it logs, each span and each measurement with its tags.</summary>
    public sealed class Overheard : SchedulingFixture, ILoggerProvider, ILogger
    {
        private readonly ActivityListener spans;
        private readonly MeterListener metrics = new();

        public Overheard()
        {
            spans = new ActivityListener
            {
                ShouldListenTo = _ => true,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = span => Heard.Enqueue(
                    $"span {span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)} {string.Join(' ', span.Baggage)} {string.Join(' ', span.Events.SelectMany(e => e.Tags.Select(t => $"{e.Name} {t}")))}"),
            };
            ActivitySource.AddActivityListener(spans);
            metrics.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
            metrics.SetMeasurementEventCallback<long>((i, _, tags, _) => Measured(i, tags));
            metrics.SetMeasurementEventCallback<int>((i, _, tags, _) => Measured(i, tags));
            metrics.SetMeasurementEventCallback<double>((i, _, tags, _) => Measured(i, tags));
            metrics.Start();
        }

        public ConcurrentQueue<string> Heard { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Heard.Enqueue($"log {state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Heard.Enqueue($"log {formatter?.Invoke(state, exception)} {exception}");

        public void Dispose()
        {
            spans.Dispose();
            metrics.Dispose();
        }

        protected override void Configure(IWebHostBuilder builder)
        {
            base.Configure(builder);
            builder.ConfigureLogging(logging => logging.AddProvider(this).AddFilter<Overheard>(null, LogLevel.Trace));
        }

        private void Measured(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Heard.Enqueue($"metric {instrument.Name} {string.Join(' ', tags.ToArray())}");
    }
}
