using Grpc.Core;
using Intervision.Operations.V1;
using Intervision.ServiceDefaults.Messaging;
using RabbitMQ.Client;
using Xunit;

namespace Intervision.Tests.Support;

/// <summary>Whatever arrives, in whatever order and however often.</summary>
public abstract partial class MessagingCompliance
{
    [Fact]
    public async Task A_delivery_that_is_repeated_is_applied_once()
    {
        await Hearer();
        var aggregate = Guid.CreateVersion7();
        var (first, second) = (Message(aggregate, 1, "1"), Message(aggregate, 2, "2"));
        await Inject(first, first, second, first, second, second, Message(aggregate, 3, "end"));
        await Await("compliance_effect where text = 'end'", 1);
        Assert.Equal([(1L, "1"), (2L, "2"), (3L, "end")], (await Effects())[aggregate]);
        Assert.Equal(0, await Count("inbox_parked"));
    }

    [Fact]
    public async Task A_gap_is_parked_and_drained_when_its_predecessor_lands()
    {
        var consumer = await Hearer();
        var aggregate = Guid.CreateVersion7();
        await Inject(Message(aggregate, 1, "1"), Message(aggregate, 4, "4"), Message(aggregate, 3, "3"), Message(aggregate, 4, "4"));
        await Await("inbox_parked", 2);
        var status = await Operations(consumer).GetMessagingStatusAsync(new GetMessagingStatusRequest(), Tokens.As(Tokens.Service("demo")));
        Assert.Equal((1, 2), (status.Inboxes[0].AppliedEvents, status.Inboxes[0].ParkedEvents));
        await Inject(Message(aggregate, 2, "2"));
        await Await("compliance_effect", 4);
        await Await("inbox_parked", 0);
        Assert.Equal([(1L, "1"), (2L, "2"), (3L, "3"), (4L, "4")], (await Effects())[aggregate]);
    }

    [Fact]
    public async Task Many_aggregates_upside_down_come_out_straight()
    {
        await Hearer();
        var aggregates = Enumerable.Range(0, 10).Select(_ => Guid.CreateVersion7()).ToList();
        await Inject([.. Enumerable.Range(1, 8).Reverse().SelectMany(n => aggregates.Select(a => Message(a, n, $"{n}")))]);
        await Await("compliance_effect", 80);
        await Await("inbox_parked", 0);
        var effects = await Effects();
        Assert.All(aggregates, a => Assert.Equal(Enumerable.Range(1, 8).Select(n => ((long)n, $"{n}")), effects[a]));
    }

    [Fact]
    public async Task Poison_parks_its_own_aggregate_only_and_can_be_redriven()
    {
        var consumer = await Hearer();
        var (sick, sound) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Inject(
            Message(sick, 1, "1"), Message(sick, 2, "poison"), Message(sound, 1, "1"), Message(sick, 3, "3"), Message(sound, 2, "2"));
        await Await("inbox_parked", 2);
        await Await("compliance_effect", 3);
        Assert.Equal([(1L, "1"), (2L, "2")], (await Effects())[sound]);
        Assert.Equal([(1L, "1")], (await Effects())[sick]);
        Assert.Equal(1, await Count("inbox_parked where poison and stream_no = 2 and reason like 'InvalidOperationException%'"));
        await ErrorsAreExpected();

        Poisoned = false;
        var request = new RedriveParkedRequest { RequestId = Guid.CreateVersion7().ToString(), Queue = Queue };
        var redriven = await Operations(consumer).RedriveParkedAsync(request, Tokens.As(Tokens.Coordinator()));
        Assert.Equal(1, redriven.RedrivenEvents);
        await Await("compliance_effect", 5);
        await Await("inbox_parked", 0);
        Assert.Equal([(1L, "1"), (2L, "poison"), (3L, "3")], (await Effects())[sick]);
        Assert.Equal(redriven, await Operations(consumer).RedriveParkedAsync(request, Tokens.As(Tokens.Coordinator())));
    }

    [Fact]
    public async Task The_watermark_advances_over_types_that_nobody_handles()
    {
        var consumer = await Hearer();
        var aggregate = Guid.CreateVersion7();
        await Inject(
            Message(aggregate, 1, "unknown", "intervision.membership.programme_changed.v1"),
            Message(aggregate, 2, "unknown", "intervision.membership.invented_tomorrow.v7"),
            Message(aggregate, 3, "3"));
        await Await("compliance_effect", 1);
        var status = await Operations(consumer).GetMessagingStatusAsync(new GetMessagingStatusRequest(), Tokens.As(Tokens.Coordinator()));
        Assert.Equal((3, 0), (status.Inboxes[0].AppliedEvents, status.Inboxes[0].ParkedEvents));
    }

    [Fact]
    public async Task Of_full_states_the_latest_wins_without_waiting_for_older_ones()
    {
        var consumer = await Hearer(InboxKind.Latest);
        var aggregate = Guid.CreateVersion7();
        await Inject(Message(aggregate, 5, "5"), Message(aggregate, 4, "4"), Message(aggregate, 6, "6"));
        await Await("compliance_effect where text = '6'", 1);
        Assert.Equal([(5L, "5"), (6L, "6")], (await Effects())[aggregate]);
        var status = await Operations(consumer).GetMessagingStatusAsync(new GetMessagingStatusRequest(), Tokens.As(Tokens.Coordinator()));
        Assert.Equal((6, 0), (status.Inboxes[0].AppliedEvents, status.Inboxes[0].ParkedEvents));
    }

    [Fact]
    public async Task What_cannot_be_read_becomes_a_dead_letter_and_the_rest_goes_on()
    {
        var consumer = await Hearer();
        var aggregate = Guid.CreateVersion7();
        await using var connection = await new ConnectionFactory { Uri = new Uri(amqp) }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        await Topology.Declare(channel, Cancellation);
        await channel.BasicPublishAsync("", Queue, mandatory: true, "no headers at all"u8.ToArray(), Cancellation);
        await Inject(Message(aggregate, 1, "1") with { Payload = "{ no json"u8.ToArray() }, Message(Guid.CreateVersion7(), 1, "fine"));
        await Await("compliance_effect", 1);
        await Eventually.Is(() => channel.MessageCountAsync($"{Queue}.dead"), n => n == 2, "two dead letters");
        var redriven = await Operations(consumer).RedriveParkedAsync(
            new RedriveParkedRequest { RequestId = Guid.CreateVersion7().ToString() }, Tokens.As(Tokens.Service("operations")));
        Assert.Equal(2, redriven.RedrivenDeadLetters);
        await Eventually.Is(() => channel.MessageCountAsync($"{Queue}.dead"), n => n == 2, "still unreadable");
        await ErrorsAreExpected();
    }

    [Fact]
    public async Task Operations_are_for_those_who_operate()
    {
        var operations = Operations(await Hearer());
        await Refused.With(
            StatusCode.PermissionDenied, "PERMISSION_DENIED",
            () => operations.GetMessagingStatusAsync(new GetMessagingStatusRequest(), Tokens.As(Tokens.Professional("professionals/1"))));
        await Refused.With(
            StatusCode.PermissionDenied, "PERMISSION_DENIED",
            () => operations.RedriveParkedAsync(new RedriveParkedRequest(), Tokens.As(Tokens.Of("auditor", "ars"))));
        await Refused.With(
            StatusCode.InvalidArgument, "QUEUE_UNKNOWN",
            () => operations.RedriveParkedAsync(new RedriveParkedRequest { Queue = "other.service" }, Tokens.As(Tokens.Coordinator())));
        var anonymous = await Assert.ThrowsAsync<RpcException>(async () => await operations.GetMessagingStatusAsync(new GetMessagingStatusRequest()));
        Assert.Equal(StatusCode.Unauthenticated, anonymous.StatusCode);
    }
}
