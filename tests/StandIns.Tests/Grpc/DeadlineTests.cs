using Grpc.Core;
using Intervision.StandIns.Tests.Protos;

namespace Intervision.StandIns.Tests.Grpc;

/// <summary>Deadlines and cancellation, as both sides see them.</summary>
public sealed class DeadlineTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private static DateTime UtcIn(TimeSpan delay) => TimeProvider.System.GetUtcNow().UtcDateTime + delay;

    [Fact]
    public async Task A_call_past_its_deadline_fails_and_the_server_is_told()
    {
        await using var server = await EchoServer.Start();
        var deadline = UtcIn(TimeSpan.FromSeconds(2));

        var late = await Assert.ThrowsAsync<RpcException>(
            async () => await server.Client().HangAsync(new HangRequest { Id = "late" }, deadline: deadline));

        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        Assert.InRange(await server.Seen.Arrived("late").WaitAsync(s_patience), deadline.AddSeconds(-1), deadline.AddSeconds(1));
        await server.Seen.Cancelled("late").WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_call_without_deadline_has_none_on_the_server()
    {
        await using var server = await EchoServer.Start();
        using var call = server.Client().HangAsync(new HangRequest { Id = "patient" });
        Assert.Equal(DateTime.MaxValue, await server.Seen.Arrived("patient").WaitAsync(s_patience));
    }

    [Fact]
    public async Task A_cancelled_call_fails_and_the_server_is_told()
    {
        await using var server = await EchoServer.Start();
        using var giveUp = new CancellationTokenSource();
        using var call = server.Client().HangAsync(new HangRequest { Id = "cancelled" }, cancellationToken: giveUp.Token);
        await server.Seen.Arrived("cancelled").WaitAsync(s_patience);

        await giveUp.CancelAsync();

        var ended = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Cancelled, ended.StatusCode);
        await server.Seen.Cancelled("cancelled").WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_cancelled_stream_ends_while_it_is_read()
    {
        await using var server = await EchoServer.Start();
        using var giveUp = new CancellationTokenSource(s_patience);
        using var call = server.Client().Count(new CountRequest { To = int.MaxValue }, cancellationToken: giveUp.Token);
        Assert.True(await call.ResponseStream.MoveNext());

        await giveUp.CancelAsync();

        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext())
            {
                // what had already arrived
            }
        });
        Assert.Equal(StatusCode.Cancelled, ended.StatusCode);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }
}
