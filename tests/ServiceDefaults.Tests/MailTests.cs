using System.Net;
using System.Net.Sockets;
using Intervision.ServiceDefaults.Mail;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>Mail that was decided upon goes out, once its transaction is committed, whatever happens in between.</summary>
public sealed class MailTests : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("intervision-mail-");
    private MessagingHost host = null!;

    private Db Db => host.Db;

    public async ValueTask InitializeAsync()
    {
        var postgres = await TestPostgres.Shared();
        host = await MessagingHost.Start(
            "intake", postgres.App("intake", await postgres.NewDatabase("intake", typeof(MailTests).Assembly)), "amqp://nowhere",
            null, ("Messaging:Enabled", "false"));
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_mail_becomes_a_whole_file_and_leaves_the_queue()
    {
        await Append(new Letter("pole@example.invalid", "Réunion déplacée", "Elle a lieu à 12 h 30.\nÀ bientôt."));
        Assert.Equal(1, await Sender(new MailOptions { Folder = folder.FullName }).SendDue(CancellationToken.None));
        Assert.Equal(0, await Waiting());
        var file = Assert.Single(folder.GetFiles("*.eml"));
        var text = await File.ReadAllTextAsync(file.FullName);
        Assert.Contains("pole@example.invalid", text, StringComparison.Ordinal);
        Assert.Contains("=?utf-8?", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Message-ID: <", text, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(folder.GetDirectories(".writing").SelectMany(d => d.GetFileSystemInfos()));
    }

    [Theory]
    [InlineData("REQUEST")]
    [InlineData("CANCEL")]
    public async Task A_calendar_is_an_alternative_to_the_text_with_its_method_and_a_file_besides(string method)
    {
        var calendar = $"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nSUMMARY:Réunion à Béthune\r\nEND:VCALENDAR\r\n";
        await Append(new Letter("pole@example.invalid", "Réunion", "Elle a lieu à Béthune.", calendar));
        await Sender(new MailOptions { Folder = folder.FullName }).SendDue(CancellationToken.None);
        var text = await File.ReadAllTextAsync(Assert.Single(folder.GetFiles("*.eml")).FullName);
        var whole = Part.Read(text);
        Assert.Equal("multipart/mixed", whole.Type);
        Assert.Equal(["multipart/alternative", "application/ics"], whole.Parts.Select(p => p.Type));
        var alternatives = whole.Parts[0].Parts;
        // The last is what a program shows that understands it (RFC 2046 §5.1.4).
        Assert.Equal(["text/plain", "text/calendar"], alternatives.Select(p => p.Type));
        Assert.Contains($"method={method}", alternatives[1].Head, StringComparison.Ordinal);
        Assert.Equal([calendar, calendar], [alternatives[1].Text, whole.Parts[1].Text]);
        Assert.Equal("Elle a lieu à Béthune.", alternatives[0].Text.TrimEnd());
    }

    [Fact]
    public async Task What_was_rolled_back_is_never_sent()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Db.InTransaction(
            async tx =>
            {
                await MailQueue.Append(tx, new Letter("pole@example.invalid", "Rien", "Rien."));
                throw new InvalidOperationException("no");
            },
            CancellationToken.None));
        Assert.Equal(0, await Sender(new MailOptions { Folder = folder.FullName }).SendDue(CancellationToken.None));
    }

    [Fact]
    public async Task Without_a_way_out_mail_waits()
    {
        await Append(new Letter("pole@example.invalid", "Attente", "Attente."));
        Assert.Equal(0, await Sender(new MailOptions()).SendDue(CancellationToken.None));
        Assert.Equal(1, await Waiting());
    }

    [Fact]
    public async Task After_thirty_days_mail_is_given_up_and_its_files_go()
    {
        var sender = Sender(new MailOptions { Folder = folder.FullName });
        await Append(new Letter("pole@example.invalid", "Partie", "Partie."));
        await Append(new Letter("pole@example.invalid", "Partie aussi", "Partie aussi."));
        await sender.SendDue(CancellationToken.None);
        var old = folder.GetFiles("*.eml")[0];
        old.LastWriteTimeUtc = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-30).AddMinutes(-1);
        await Append(new Letter("pole@example.invalid", "En attente", "En attente."));
        await Append(new Letter("pole@example.invalid", "Trop tard", "Trop tard."));
        await Db.InTransaction(
            tx => tx.Execute("update mail_queue set append_time = clock_timestamp() - interval '30 days 1 minute' where subject = 'Trop tard'"), CancellationToken.None);
        Assert.Equal(1, await sender.Forget(CancellationToken.None));
        Assert.Equal(1, await Waiting());
        Assert.Single(folder.GetFiles("*.eml"));
        old.Refresh();
        Assert.False(old.Exists);
        // Without a folder, or before there is one, nothing is looked for.
        Assert.Equal(0, await Sender(new MailOptions { Folder = Path.Combine(folder.FullName, "not yet") }).Forget(CancellationToken.None));
        Assert.Equal(0, await Sender(new MailOptions()).Forget(CancellationToken.None));
    }

    [Fact]
    public async Task A_server_that_is_away_gets_the_mail_later()
    {
        await Append(new Letter("pole@example.invalid", "Plus tard", "Plus tard."));
        var server = new SmtpProbe();
        var sender = Sender(new MailOptions { SmtpHost = "127.0.0.1", SmtpPort = server.Port, SmtpTls = false, Backoff = TimeSpan.FromMilliseconds(20) });
        server.Refuses = true;
        Assert.Equal(0, await sender.SendDue(CancellationToken.None));
        Assert.Equal(1, await Waiting());
        server.Refuses = false;
        await Eventually.IsTrue(async () => await sender.SendDue(CancellationToken.None) == 1, "the mail is handed over");
        Assert.Equal(0, await Waiting());
        Assert.Contains(server.Received, line => line.StartsWith("RCPT TO:<pole@example.invalid>", StringComparison.Ordinal));
        server.Dispose();
    }

    [Fact]
    public async Task Several_senders_hand_each_mail_over_once()
    {
        for (var i = 0; i < 30; i++)
        {
            await Append(new Letter("pole@example.invalid", "Une", $"Numéro {i}."));
        }

        var sent = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Sender(new MailOptions { Folder = folder.FullName }).SendDue(CancellationToken.None)));
        Assert.Equal(30, sent.Sum());
        Assert.Equal(30, folder.GetFiles("*.eml").Length);
    }

    [Theory]
    [InlineData("pole@example.invalid", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("pole", false)]
    [InlineData("Pôle <pole@example.invalid>", false)]
    [InlineData("pole@example.invalid\r\nBcc: other@example.invalid", false)]
    [InlineData("a@example.invalid, b@example.invalid", false)]
    public void Only_a_plain_mailbox_is_a_recipient(string? address, bool expected) => Assert.Equal(expected, MailQueue.IsMailbox(address));

    [Fact]
    public Task A_subject_cannot_carry_a_header() =>
        Assert.ThrowsAsync<Npgsql.PostgresException>(() => Append(new Letter("pole@example.invalid", "Oui\r\nBcc: other@example.invalid", "Texte.")));

    private MailSender Sender(MailOptions options) =>
        new(Db, Options.Create(options), Options.Create(new MessagingOptions()), TimeProvider.System, NullLogger<MailSender>.Instance);

    private Task Append(Letter letter) => Db.InTransaction(tx => MailQueue.Append(tx, letter), CancellationToken.None);

    private Task<long> Waiting() => Db.Read(tx => tx.Single<long>("select count(*) from mail_queue"), CancellationToken.None);

    /// <summary>As much of MIME as our mails use.</summary>
    private sealed record Part(string Head, string Body)
    {
        public string Type => Header("Content-Type").Split(';')[0].Trim();

        public IReadOnlyList<Part> Parts => Boundary is { } boundary
            ? [.. $"\r\n{Body}".Split($"\r\n--{boundary}")[1..^1].Select(p => Read(p.TrimStart('\r', '\n')))]
            : [];

        public string Text => Header("Content-Transfer-Encoding").Trim() == "base64" ? System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(Body)) : Body;

        private string? Boundary => Header("Content-Type").Split("boundary=") is [_, var said] ? said.Trim('"', ' ') : null;

        public static Part Read(string text) =>
            text.Split("\r\n\r\n", 2) is [var head, var body] ? new Part(head.Replace("\r\n ", " ", StringComparison.Ordinal), body) : new Part(text, "");

        private string Header(string name) =>
            Head.Split("\r\n").FirstOrDefault(l => l.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..] ?? "";
    }

    /// <summary>As much of SMTP as handing one mail over takes.</summary>
    private sealed class SmtpProbe : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public SmtpProbe()
        {
            listener.Start();
            _ = Serve();
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public volatile bool Refuses;

        public List<string> Received { get; } = [];

        public void Dispose() => listener.Dispose();

        private async Task Serve()
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync();
                    await Talk(client);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task Talk(TcpClient client)
        {
            using var reader = new StreamReader(client.GetStream());
            await using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true, NewLine = "\r\n" };
            await writer.WriteLineAsync(Refuses ? "421 later" : "220 probe");
            var inData = false;
            while (await reader.ReadLineAsync() is { } line)
            {
                Received.Add(line);
                if (inData && line != ".")
                {
                    continue;
                }

                inData = line == "DATA";
                await writer.WriteLineAsync(inData ? "354 go on" : line == "QUIT" ? "221 bye" : "250 ok");
            }
        }
    }
}
