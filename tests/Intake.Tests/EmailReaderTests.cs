using System.Text;
using Intervision.Intake.Email;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Tests;

/// <summary>What is read from a mail, and that no mail is too much.</summary>
public sealed class EmailReaderTests
{
    private static readonly DateOnly Today = new(2026, 10, 1);

    internal const string Plain =
        "From: =?utf-8?Q?Ir=C3=A8ne?= <PER-1@msante.invalid>\r\nTo: coordination@region.invalid\r\nMessage-ID: <1@msante.invalid>\r\n"
        + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + "Bonjour à tous,\r\nComment coordonner le suivi entre la ville et l'hôpital ?\r\n\r\nDisponible le 6 octobre 2026 matin, le 08/10 après-midi\r\nou le 2026-10-13 midi.\r\n\r\n"
        + "Cordialement,\r\nDr Untel ?\r\n";

    private const string Mixed =
        "Received: by relay\r\nMIME-Version: 1.0\r\nFrom: \"Un, Nom <x@y.invalid>\" (un (deux) commentaire) <per-1@msante.invalid>\r\nMessage-Id: <2@msante.invalid>\r\n"
        + "Content-Type: multipart/mixed;\r\n boundary=\"outer\"\r\n\r\npreamble\r\n--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n"
        + "--inner\r\nContent-Type: text/plain; charset=\"iso-8859-1\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nQuel relais apr=E8s la sortie d'h=F4pi=\r\ntal ?\r\n"
        + "--inner\r\nContent-Type: text/html\r\n\r\n<p>Autre question ?</p>\r\n--inner--\r\n--outer\r\nContent-Type: application/pdf; name=\"dossier.pdf\"\r\n"
        + "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=dossier.pdf\r\n\r\nJVBERi0xLjQK\r\n--outer\r\nContent-Type: message/rfc822\r\n\r\n"
        + "From: other@y.invalid\r\n\r\nOther\r\n--outer--\r\nepilogue\r\n";

    private static readonly string Html =
        "From: per-1@msante.invalid\r\nContent-Type: text/html; charset=windows-1252\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + Convert.ToBase64String(Encoding.Latin1.GetBytes(
            "<html><head><title>Titre ?</title></head><body><style>p{}</style><p>Qui peut reprendre l'accompagnement social&nbsp;?</p></body></html>"));

    [Fact]
    public void A_plain_mail_gives_sender_question_and_availabilities()
    {
        var message = MimeReader.Read(Encoding.UTF8.GetBytes(Plain));
        Assert.Equal(("per-1@msante.invalid", "<1@msante.invalid>", 0), (message.Sender, message.MessageId, message.Attachments));
        var understood = Understood.From(message, Today);
        Assert.Equal("Comment coordonner le suivi entre la ville et l'hôpital ?", understood.Question);
        Assert.Empty(understood.Warnings);
        Assert.Equal(["2026-10-06/Morning", "2026-10-08/Afternoon", "2026-10-13/Noon"], Stored(understood));
    }

    [Fact]
    public void Parts_are_walked_and_attachments_counted()
    {
        var message = MimeReader.Read(Encoding.Latin1.GetBytes(Mixed));
        Assert.Equal(("per-1@msante.invalid", 2), (message.Sender, message.Attachments));
        Assert.Equal("Quel relais après la sortie d'hôpital ?", Understood.From(message, Today).Question);
    }

    [Fact]
    public void Html_alone_is_read_without_its_tags()
    {
        var message = MimeReader.Read(Encoding.ASCII.GetBytes(Html));
        Assert.Null(message.MessageId);
        Assert.Equal("Qui peut reprendre l'accompagnement social ?", Understood.From(message, Today).Question?.Replace('\u00a0', ' '));
    }

    [Theory]
    [InlineData("a@b.fr", "a@b.fr")]
    [InlineData("A.B@C-D.Fr", "a.b@c-d.fr")]
    [InlineData("\"x@y.fr\" <a@b.fr>", "a@b.fr")]
    [InlineData("Docteur A (cabinet) <a@b.fr>", "a@b.fr")]
    [InlineData("x@y.fr <a@b.fr>", null)]
    [InlineData("a@b.fr, c@d.fr", null)]
    [InlineData("<a@b.fr> <c@d.fr>", null)]
    [InlineData("\"open <a@b.fr>", null)]
    [InlineData("(open <a@b.fr>", null)]
    [InlineData("groupe: a@b.fr;", null)]
    [InlineData("a@b", null)]
    [InlineData("a b@c.fr", null)]
    [InlineData("", null)]
    public void A_sender_is_one_plain_address(string from, string? expected) => Assert.Equal(expected, Mailbox.Of([from]));

    [Fact]
    public void Two_senders_are_none() => Assert.Null(Mailbox.Of(["a@b.fr", "c@d.fr"]));

    [Theory]
    [InlineData("Est-ce trop court ?\n\nOui ?", "Est-ce trop court ?")]
    [InlineData("Oui ? Comment maintenir le lien de soins ?", "Comment maintenir le lien de soins ?")]
    [InlineData("> Comment maintenir le lien de soins ?", null)]
    [InlineData("-- \nComment maintenir le lien de soins ?", null)]
    [InlineData("Le lun. 5 oct. 2026 à 10:12, Untel <a@b.fr> a écrit :\nComment maintenir le lien de soins ?", null)]
    [InlineData("-----Message d'origine-----\nComment maintenir le lien de soins ?", null)]
    [InlineData("De : Untel\nComment maintenir le lien de soins ?", null)]
    [InlineData("Voir https://exemple.fr/page?question=oui pour la suite.", null)]
    [InlineData("Aucune question ici.", null)]
    public void The_question_is_the_senders_first(string text, string? expected) => Assert.Equal(expected, FoundQuestion.In(OwnWords.Of(text)));

    [Theory]
    [InlineData("Quel suivi pour M. Durand ?")]
    [InlineData("Que proposer à Mme. Durand après la sortie de l'hôpital ?")]
    [InlineData("Que proposer à J. D. après la sortie de l'hôpital ?")]
    [InlineData("Peut-on joindre le patient au 06 12 34 56 78 ?")]
    [InlineData("Quel relais pour cette patiente née le 3 mars 1980 ?")]
    public void A_question_that_may_identify_is_not_kept(string text)
    {
        var understood = Understood.From(new EmailMessage(null, null, text, 0), Today);
        Assert.Null(understood.Question);
        Assert.NotEmpty(understood.Warnings);
        Assert.DoesNotContain(understood.Warnings, w => w.Message.Contains("Durand", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Le 1er décembre 2026 toute la journée", "2026-12-01/Morning", "2026-12-01/Noon", "2026-12-01/Afternoon")]
    [InlineData("06/10 matin et après-midi", "2026-10-06/Morning", "2026-10-06/Afternoon")]
    [InlineData("3 février midi", "2027-02-03/Noon")]
    [InlineData("Les 6 et 8 octobre matin", "2026-10-06/Morning", "2026-10-08/Morning")]
    [InlineData("le 6, le 7 et le 1er décembre 2026 midi", "2026-12-06/Noon", "2026-12-07/Noon", "2026-12-01/Noon")]
    [InlineData("2 fois 3, 31 et 8 novembre matin", "2026-11-03/Morning", "2026-11-08/Morning")]
    [InlineData("Né le 06/10/1980, le matin", null)]
    [InlineData("le 31/02/2027 matin", null)]
    [InlineData("le 12/10/2025 matin", null)]
    [InlineData("1/2 comprimé le matin, 1.5 mg midi", null)]
    [InlineData("le 6 octobre", null)]
    [InlineData("le 6 octobre\nmatin", null)]
    [InlineData("99/99 matin et 0/0 midi et 2026-13-45 matin", null)]
    public void Availabilities_are_dates_with_a_part_of_the_day(string text, params string?[]? expected) =>
        Assert.Equal((expected ?? []).OfType<string>(), Stored(Understood.From(new EmailMessage(null, null, text, 0), Today)));

    [Fact]
    public void Never_more_availabilities_than_a_case_holds()
    {
        var text = string.Join(", ", Enumerable.Range(0, 200).Select(i => $"{Today.AddDays(i):yyyy-MM-dd} journée"));
        Assert.Equal(30, FoundAvailabilities.In(text, Today).Count);
    }

    [Fact]
    public void Hostile_mails_are_refused_or_read_within_bounds()
    {
        var half = MimeReader.MaximumBytes / 2;
        string[] hostile =
        [
            new string('(', MimeReader.MaximumBytes), "From: " + new string('(', 60_000) + "\r\n\r\nx", "From: " + new string('"', 59_999) + "\r\n\r\nx",
            string.Concat(Enumerable.Repeat("a: b\r\n", 30_000)), string.Concat(Enumerable.Repeat("a:\r\n ", 30_000)), "a: b\r\n" + string.Concat(Enumerable.Repeat(" c\r\n", 60_000)),
            Deep(60), Deep(7), Wide(30_000), Wide(40), "Content-Type: multipart/mixed\r\n\r\n--\r\n", "Content-Type: multipart/mixed; boundary=\"\r\n\r\n",
            "Content-Type: text/html\r\n\r\n" + new string('<', half), "Content-Type: text/html\r\n\r\n" + string.Concat(Enumerable.Repeat("<style ", half / 7)),
            "Content-Transfer-Encoding: base64\r\n\r\n" + new string('=', half), "Content-Transfer-Encoding: base64\r\n\r\nA", "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + new string('=', half),
            "Content-Type: text/plain; charset=utf-7\r\n\r\n+ADw-", "Content-Type: text/plain; charset=no-such\r\n\r\n\u00ff\u00fe", "\r\n\r\n" + new string('?', half),
            "\r\n" + string.Concat(Enumerable.Repeat("1/1 ", half / 4)), "\r\n" + string.Concat(Enumerable.Repeat("Le a écrit ", half / 12)), "\r\n" + string.Concat(Enumerable.Repeat("bonjour ", half / 8)) + "?",
            "\0\0\0", "\r\n", "\n\n\n", ":", " folded first\r\n\r\n", "Content-Type: ;;;;====\"\"\"\r\n\r\nx", "Content-Type: text/plain;" + new string(';', 60_000) + "\r\n\r\nx",
        ];
        foreach (var mail in hostile)
        {
            ReadWithinBounds(Encoding.Latin1.GetBytes(mail)[..Math.Min(mail.Length, MimeReader.MaximumBytes)]);
        }

        Assert.Equal("EMAIL_TOO_COMPLEX", Reason(Deep(60)));
        Assert.Equal("EMAIL_TOO_COMPLEX", Reason(Wide(30_000)));
        Assert.Equal("EMAIL_TOO_COMPLEX", Reason(string.Concat(Enumerable.Repeat("a: b\r\n", 30_000))));
        Assert.Equal("EMAIL_UNREADABLE", Reason("Content-Type: multipart/mixed\r\n\r\n--\r\n"));
        Assert.Equal("EMAIL_TOO_LARGE", Reason(new string('a', MimeReader.MaximumBytes + 1)));
        Assert.Equal("EMAIL_EMPTY", Reason(""));
    }

    [Fact]
    public void Thousands_of_broken_mails_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(20261001);
        byte[][] seeds = [Encoding.UTF8.GetBytes(Plain), Encoding.Latin1.GetBytes(Mixed), Encoding.ASCII.GetBytes(Html), Encoding.ASCII.GetBytes(Deep(7))];
        var (read, refused) = (0, 0);
        for (var i = 0; i < 5_000; i++)
        {
            if (ReadWithinBounds(Mutated(seeds[random.Next(seeds.Length)], random)))
            {
                read++;
            }
            else
            {
                refused++;
            }
        }

        Assert.True(read > 500, $"{read} were read");
        Assert.True(refused > 10, $"{refused} were refused");
    }

    internal static byte[] Mutated(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var changes = random.Next(1, 12); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, "\r\n\"<>();:=-?\0"u8[random.Next(13)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(80), bytes.Count - at));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(200), bytes.Count - at)));
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat(bytes[at], random.Next(500)));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>True when it was read, false when refused; anything else fails.</summary>
    private static bool ReadWithinBounds(byte[] mail)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        bool read;
        try
        {
            _ = Understood.From(MimeReader.Read(mail), Today);
            read = true;
        }
        catch (RuleBroken broken)
        {
            Assert.StartsWith("EMAIL_", broken.Reason, StringComparison.Ordinal);
            read = false;
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024 * 1024);
        return read;
    }

    private static string Reason(string mail) => Assert.Throws<RuleBroken>(() => MimeReader.Read(Encoding.Latin1.GetBytes(mail))).Reason;

    private static string Deep(int levels) =>
        string.Concat(Enumerable.Range(0, levels).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n")) + "\r\nQui peut aider ce patient ?";

    private static string Wide(int parts) =>
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + string.Concat(Enumerable.Repeat("--b\r\n\r\n", parts)) + "--b--";

    private static string[] Stored(Understood understood) => Cases.Availabilities.ToStored(understood.Availabilities);
}
