using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Intervision.AppHost.Tests.Publish;

/// <summary>A registry of images with a single one, of one layer and one file: enough for the SDK to build upon.</summary>
internal sealed class LoopbackRegistry : IAsyncDisposable
{
    private const string ManifestType = "application/vnd.docker.distribution.manifest.v2+json";

    private readonly WebApplication _app;
    private readonly Dictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    private readonly byte[] _manifest;

    private LoopbackRegistry()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapMethods("/v2/{**path}", ["GET", "HEAD"], Answer);

        var tar = OneFile();
        var layer = Compressed(tar);
        var config = Encoding.UTF8.GetBytes($$"""
            {"architecture":"amd64","os":"linux","config":{"Env":["PATH=/usr/bin"]},"rootfs":{"type":"layers","diff_ids":["{{Digest(tar)}}"]},"history":[{"created_by":"test"}]}
            """);
        _blobs[Digest(layer)] = layer;
        _blobs[Digest(config)] = config;
        _manifest = Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"{{ManifestType}}",
             "config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{config.Length}},"digest":"{{Digest(config)}}"},
             "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":{{layer.Length}},"digest":"{{Digest(layer)}}"}]}
            """);
    }

    /// <summary>Host and port: the SDK tries HTTPS, and goes on without it since the host is this machine.</summary>
    public string Address => $"localhost:{new Uri(_app.Urls.Single()).Port}";

    public static async Task<LoopbackRegistry> Start()
    {
        var registry = new LoopbackRegistry();
        await registry._app.StartAsync();
        return registry;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private IResult Answer(string path, HttpResponse response)
    {
        if (path.Contains("/manifests/", StringComparison.Ordinal))
        {
            response.Headers["Docker-Content-Digest"] = Digest(_manifest);
            return Results.Bytes(_manifest, ManifestType);
        }
        return _blobs.TryGetValue(path.Split('/')[^1], out var blob) ? Results.Bytes(blob, "application/octet-stream") : Results.NotFound();
    }

    private static byte[] OneFile()
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "etc/base") { DataStream = new MemoryStream("base"u8.ToArray()) });
        }
        return bytes.ToArray();
    }

    private static byte[] Compressed(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(content);
        }
        return bytes.ToArray();
    }

    private static string Digest(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
}
