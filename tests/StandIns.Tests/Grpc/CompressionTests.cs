using System.IO.Compression;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Compression;
using Intervision.StandIns.Tests.Protos;

namespace Intervision.StandIns.Tests.Grpc;

public sealed class CompressionTests
{
    private static readonly Metadata s_compressed = new() { { "grpc-internal-encoding-request", "gzip" } };

    [Fact]
    public async Task Both_directions_are_compressed_on_the_wire()
    {
        var wire = new WireSizes();
        await using var server = await EchoServer.Start(grpc =>
        {
            grpc.ResponseCompressionAlgorithm = "gzip";
            grpc.ResponseCompressionLevel = CompressionLevel.Optimal;
        });
        var client = server.Client(options => options.HttpHandler = wire);
        var text = new string('é', 50_000);

        var plain = await client.SayAsync(new SayRequest { Text = text });
        var sentPlain = wire.Sent;
        var compressed = await client.SayAsync(new SayRequest { Text = text }, s_compressed);

        Assert.Equal((text, text), (plain.Text, compressed.Text));
        Assert.True(sentPlain > 100_000, $"{sentPlain} bytes were sent without compression");
        Assert.InRange(wire.Sent, 20, 5_000);
        Assert.Equal("gzip", wire.ResponseEncoding);
        Assert.InRange(wire.Received, 20, 5_000);
    }

    [Fact]
    public async Task A_message_of_no_bytes_is_a_whole_gzip_member_of_twenty()
    {
        var wire = new WireSizes();
        await using var server = await EchoServer.Start(grpc => grpc.ResponseCompressionAlgorithm = "gzip");
        var client = server.Client(options => options.HttpHandler = wire);

        await client.NothingAsync(new Empty(), s_compressed);

        // five bytes of frame: compressed or not, and the length
        Assert.Equal((25, 25), (wire.Sent, wire.Received));
    }

    [Fact]
    public async Task Streams_are_compressed_message_by_message()
    {
        await using var server = await EchoServer.Start(grpc => grpc.ResponseCompressionAlgorithm = "gzip");
        using var call = server.Client().Talk(s_compressed);
        foreach (var text in (string[])["", "a", new string('b', 10_000)])
        {
            await call.RequestStream.WriteAsync(new SayRequest { Text = text });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }
    }

    [Fact]
    public async Task An_unknown_encoding_is_refused_with_the_known_ones()
    {
        await using var server = await EchoServer.Start();
        var client = server.Client(options => options.CompressionProviders = [new Pretender()]);
        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await client.SayAsync(new SayRequest { Text = "x" }, new Metadata { { "grpc-internal-encoding-request", "lzma" } }));
        Assert.Equal(StatusCode.Unimplemented, refused.StatusCode);
    }

    [Theory]
    [InlineData("gzip", 0)]
    [InlineData("gzip", 1)]
    [InlineData("gzip", 100_000)]
    [InlineData("deflate", 0)]
    [InlineData("deflate", 100_000)]
    public async Task What_is_compressed_comes_back(string encoding, int length)
    {
        ICompressionProvider provider = encoding == "gzip"
            ? new GzipCompressionProvider(CompressionLevel.Fastest)
            : new DeflateCompressionProvider(CompressionLevel.Fastest);
        var bytes = Enumerable.Range(0, length).Select(i => (byte)(i % 251)).ToArray();
        using var packed = new MemoryStream();
        await using (var compressing = provider.CreateCompressionStream(packed, CompressionLevel.Optimal))
            await compressing.WriteAsync(bytes);
        packed.Position = 0;
        using var unpacked = new MemoryStream();
        await using (var decompressing = provider.CreateDecompressionStream(packed))
            await decompressing.CopyToAsync(unpacked);
        Assert.Equal(encoding, provider.EncodingName);
        Assert.Equal(bytes, unpacked.ToArray());
    }

    private sealed class Pretender : ICompressionProvider
    {
        public string EncodingName => "lzma";
        public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) => new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true);
        public Stream CreateDecompressionStream(Stream stream) => throw new NotSupportedException();
    }

    /// <summary>Counts the bytes of the bodies of the last call.</summary>
    private sealed class WireSizes : DelegatingHandler
    {
        public WireSizes() : base(new SocketsHttpHandler()) { }

        public long Sent { get; private set; }
        public long Received { get; private set; }
        public string? ResponseEncoding { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = await Buffered(request.Content!);
            Sent = body.Length;
            request.Content = Again(request.Content!, body);
            var response = await base.SendAsync(request, cancellationToken);
            ResponseEncoding = response.Headers.TryGetValues("grpc-encoding", out var values) ? values.Single() : null;
            var answer = await Buffered(response.Content);
            Received = answer.Length;
            response.Content = Again(response.Content, answer);
            return response;
        }

        private static async Task<byte[]> Buffered(HttpContent content) => await content.ReadAsByteArrayAsync();

        private static ByteArrayContent Again(HttpContent original, byte[] body)
        {
            var content = new ByteArrayContent(body);
            content.Headers.ContentType = original.Headers.ContentType;
            return content;
        }
    }
}
