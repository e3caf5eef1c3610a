using System.Net.Sockets;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.StandIns.Tests.Protos;
using Rpc = Google.Rpc;

namespace Intervision.StandIns.Tests.Grpc;

/// <summary>How a call that fails looks to its caller.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData(StatusCode.InvalidArgument, "la commune est inconnue : « Lîlle » 100 %")]
    [InlineData(StatusCode.FailedPrecondition, "")]
    [InlineData(StatusCode.Unauthenticated, "no token")]
    public async Task The_status_arrives_as_it_was_said(StatusCode code, string detail)
    {
        await using var server = await EchoServer.Start();
        var failed = await Assert.ThrowsAsync<RpcException>(
            async () => await server.Client().FailAsync(new FailRequest { Code = (int)code, Detail = detail }));
        Assert.Equal((code, detail), (failed.StatusCode, failed.Status.Detail));
    }

    [Fact]
    public async Task Details_travel_in_a_binary_trailer()
    {
        var status = new Rpc.Status { Code = 9, Message = "closed", Details = { Any.Pack(new Rpc.ErrorInfo { Reason = "CASE_CLOSED", Domain = "tests" }) } };
        await using var server = await EchoServer.Start();

        var failed = await Assert.ThrowsAsync<RpcException>(
            async () => await server.Client().FailAsync(new FailRequest { Code = status.Code, Detail = status.Message, Details = status.ToByteString() }));

        var received = Rpc.Status.Parser.ParseFrom(failed.Trailers.GetValueBytes("grpc-status-details-bin"));
        Assert.Equal("CASE_CLOSED", received.Details[0].Unpack<Rpc.ErrorInfo>().Reason);
    }

    [Fact]
    public async Task An_unexpected_exception_says_nothing_of_itself()
    {
        await using var server = await EchoServer.Start();
        var failed = await Assert.ThrowsAsync<RpcException>(async () => await server.Client().FailAsync(new FailRequest { Code = -1 }));
        Assert.Equal(StatusCode.Unknown, failed.StatusCode);
        Assert.DoesNotContain("not the caller's business", failed.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_the_service_says_unimplemented()
    {
        await using var server = await EchoServer.Start();
        var failed = await Assert.ThrowsAsync<RpcException>(
            async () => await new Front.FrontClient(server.Channel()).HangAsync(new HangRequest()));
        Assert.Equal(StatusCode.Unimplemented, failed.StatusCode);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_unavailable_with_the_cause()
    {
        var server = await EchoServer.Start();
        var address = server.Address;
        await server.DisposeAsync();
        using var channel = GrpcChannel.ForAddress(address);

        var failed = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).SayAsync(new SayRequest()));

        Assert.Equal(StatusCode.Unavailable, failed.StatusCode);
        Assert.IsType<SocketException>(failed.Status.DebugException);
        Assert.Same(failed.Status.DebugException, failed.InnerException);
    }

    [Theory]
    [InlineData(1000, StatusCode.OK)]
    [InlineData(1100, StatusCode.ResourceExhausted)]
    public async Task Messages_above_the_servers_limit_are_refused(int characters, StatusCode expected)
    {
        await using var server = await EchoServer.Start(options => options.MaxReceiveMessageSize = 1024);
        Assert.Equal(expected, await StatusOf(server.Client(), characters));
    }

    [Theory]
    [InlineData(1000, StatusCode.OK)]
    [InlineData(1100, StatusCode.ResourceExhausted)]
    public async Task Messages_above_the_clients_limit_are_refused(int characters, StatusCode expected)
    {
        await using var server = await EchoServer.Start();
        Assert.Equal(expected, await StatusOf(server.Client(options => options.MaxReceiveMessageSize = 1024), characters));
    }

    private static async Task<StatusCode> StatusOf(Echo.EchoClient client, int characters)
    {
        try
        {
            await client.SayAsync(new SayRequest { Text = new string('x', characters) });
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }
}
