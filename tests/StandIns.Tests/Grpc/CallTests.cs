using Grpc.Core;
using Intervision.StandIns.Tests.Protos;

namespace Intervision.StandIns.Tests.Grpc;

/// <summary>The four kinds of call, and what travels beside the messages.</summary>
public sealed class CallTests
{
    [Fact]
    public async Task A_unary_call_answers_with_headers_and_trailers()
    {
        await using var server = await EchoServer.Start();
        using var call = server.Client().SayAsync(
            new SayRequest { Text = "bonjour" },
            new Metadata { { "Caller", "test" }, { "caller-bin", [1, 0, 200] } });

        var headers = await call.ResponseHeadersAsync;
        Assert.Equal("bonjour", (await call).Text);
        Assert.Equal("header", headers.GetValue("echo"));
        Assert.Equal([0, 255, 7], headers.GetValueBytes("echo-bin"));
        Assert.Equal("trailer", call.GetTrailers().GetValue("echo-trailer"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Equal("test", server.Seen.HeadersOf["bonjour"].GetValue("caller"));
        Assert.Equal([1, 0, 200], server.Seen.HeadersOf["bonjour"].GetValueBytes("caller-bin"));
    }

    [Fact]
    public async Task A_blocking_call_answers()
    {
        await using var server = await EchoServer.Start();
        Assert.Equal("bloquant", server.Client().Say(new SayRequest { Text = "bloquant" }).Text);
    }

    [Fact]
    public async Task A_server_stream_arrives_whole_and_in_order()
    {
        await using var server = await EchoServer.Start();
        using var call = server.Client().Count(new CountRequest { To = 1000 });

        var numbers = new List<string>();
        await foreach (var response in call.ResponseStream.ReadAllAsync())
            numbers.Add(response.Text);

        Assert.Equal(Enumerable.Range(1, 1000).Select(i => $"{i}"), numbers);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_client_stream_is_answered_after_its_end()
    {
        await using var server = await EchoServer.Start();
        using var call = server.Client().Sum();

        foreach (var text in (string[])["a", "bb", "", "dddd"])
            await call.RequestStream.WriteAsync(new SayRequest { Text = text });
        await call.RequestStream.CompleteAsync();

        var sum = await call;
        Assert.Equal((4, 7), (sum.Messages, sum.Characters));
    }

    [Fact]
    public async Task A_duplex_call_answers_message_by_message()
    {
        await using var server = await EchoServer.Start();
        using var call = server.Client().Talk();

        foreach (var text in (string[])["un", "deux", "trois"])
        {
            await call.RequestStream.WriteAsync(new SayRequest { Text = text });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
    }
}
