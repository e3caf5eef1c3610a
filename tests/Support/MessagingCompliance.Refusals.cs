using Google.Protobuf.WellKnownTypes;
using Intervision.Operations.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Security;
using RabbitMQ.Client;
using Xunit;

namespace Intervision.Tests.Support;

/// <summary>A broker that refuses, and requests that come twice.</summary>
public abstract partial class MessagingCompliance
{
    [Fact]
    public async Task What_the_broker_refuses_waits_aside_with_its_successors_until_redriven()
    {
        await Hearer(InboxKind.Contiguous, ("Messaging:RelayAttempts", "2"));
        var producer = await Producer(("Messaging:RelayAttempts", "2"));
        await Say(producer.Db, Guid.CreateVersion7(), "before");
        await Await("compliance_effect", 1);
        await using var connection = await new ConnectionFactory { Uri = new Uri(amqp) }.CreateConnectionAsync(Cancellation);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Cancellation);
        foreach (var queue in Topology.Queues.Where(q => q.Source == Source))
        {
            await channel.QueueUnbindAsync(queue.Name, Topology.Exchange, queue.Binding, cancellationToken: Cancellation);
        }

        var aggregate = Guid.CreateVersion7();
        await Say(producer.Db, aggregate, "1", "2");
        await Await("outbox_parked where stream_no = 1", 1);
        await Await("outbox where stream_no = 2", 1);
        await ErrorsAreExpected();

        await Topology.Declare(channel, Cancellation);
        var redriven = await Operations(producer).RedriveParkedAsync(
            new RedriveParkedRequest { RequestId = Guid.CreateVersion7().ToString() }, Tokens.As(Tokens.Coordinator()));
        Assert.Equal(1, redriven.RedrivenOutboxRows);
        await Await("compliance_effect", 3);
        await Await("outbox", 0);
        Assert.Equal([(1L, "1"), (2L, "2")], (await Effects())[aggregate]);
    }

    [Fact]
    public async Task A_request_that_comes_again_has_the_stored_answer_and_one_effect()
    {
        await Hearer();
        var producer = await Producer();
        var (id, aggregate) = (Guid.CreateVersion7().ToString(), Guid.CreateVersion7());
        var call = new Call(
            new Caller("someone", new HashSet<string>(), null, new HashSet<string>(), null, null), TimeProvider.System.GetUtcNow(), "/test/Say", Cancellation);
        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => producer.Db.Once(call, id, new StringValue { Value = "same" }, async tx =>
        {
            await Outbox.Append(tx, aggregate, "communes/59", call.Now, [Event("said")]);
            return new StringValue { Value = $"answer {i}" };
        })));
        Assert.Single(answers.Distinct());
        await Await("compliance_effect", 1);
        Assert.Equal(1, await Count("stream_head where last_no = 1"));
        var reused = await Assert.ThrowsAsync<RuleBroken>(
            () => producer.Db.Once(call, id, new StringValue { Value = "other" }, _ => Task.FromResult(new StringValue())));
        Assert.Equal("REQUEST_ID_REUSED", reused.Reason);
    }

    [Fact]
    public async Task The_services_login_cannot_rewrite_what_was_said()
    {
        await Hearer();
        var producer = await Producer();
        await Say(producer.Db, Guid.CreateVersion7(), "said");
        await Await("published_event", 1);
        foreach (var sql in new[] { "update published_event set event_type = 'x'", "delete from published_event", "drop table published_event", "truncate published_event" })
        {
            var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => producer.Db.InTransaction(tx => tx.Execute(sql), Cancellation));
            Assert.Equal("42501", refused.SqlState);
        }
    }
}
