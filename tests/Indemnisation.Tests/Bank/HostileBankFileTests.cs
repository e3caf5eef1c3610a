using System.Text;
using Intervision.Indemnisation.Bank;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Indemnisation.Tests.Bank;

/// <summary>Files made to harm: refused, naming the line, in bounded memory.</summary>
public sealed class HostileBankFileTests
{
    private const string Open = "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><CstmrPmtStsRpt>";
    private const string Close = "</CstmrPmtStsRpt></Document>";
    private const long Megabyte = 1024 * 1024;

    [Theory]
    [InlineData("<!DOCTYPE lolz [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>" + Open + "<X>&b;</X>" + Close)]
    [InlineData("<!DOCTYPE x SYSTEM 'file:///etc/passwd'>" + Open + Close)]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM 'http://127.0.0.1:1/'>]>" + Open + "<X>&e;</X>" + Close)]
    [InlineData(Open + "<X>&e;</X>" + Close)]
    [InlineData(Open + "<X><![CDATA[ACSC]]></X>" + Close)]
    [InlineData(Open + "<X>")]
    [InlineData(Open + "<OrgnlGrpInf")]
    [InlineData(Open + "</CstmrPmtStsRpt>")]
    [InlineData(Open + Close + Open)]
    [InlineData("")]
    [InlineData("{\"not\": \"xml\"}")]
    [InlineData("PK\u0003\u0004")]
    [InlineData(Open + "<X>\u0001</X>" + Close)]
    [InlineData(Open + "<a:X/>" + Close)]
    [InlineData(Open + "<X Y='1' Y='2'/>" + Close)]
    public async Task What_is_not_plain_xml_is_refused(string file) => await BankFileReaderTests.MustBeRefused("BANK_FILE_MALFORMED", BankSamples.Utf8(file));

    [Fact]
    public async Task The_line_is_named()
    {
        var refused = await BankFileReaderTests.MustBeRefused("BANK_FILE_MALFORMED", BankSamples.Utf8($"{Open}\n<A/>\n<B></C>\n{Close}"));
        Assert.StartsWith("Ligne 3 du fichier : ", refused.French, StringComparison.Ordinal);
        Assert.DoesNotContain("B", refused.French[20..].Split('(')[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Depth_is_bounded() => await BankFileReaderTests.MustBeRefused(
        "BANK_FILE_MALFORMED", BankSamples.Utf8(Open + string.Concat(Enumerable.Repeat("<a>", 10_000)) + string.Concat(Enumerable.Repeat("</a>", 10_000)) + Close));

    [Theory]
    [InlineData("text", "<X>", "aaaaaaaaaaaaaaaa")]
    [InlineData("attribute", "<X y='", "aaaaaaaaaaaaaaaa")]
    [InlineData("attribute of many ends", "<X y='", ">>>>>>>>>>>>>>>>")]
    [InlineData("name", "<X", "aaaaaaaaaaaaaaaa")]
    [InlineData("comment", "<!--", "aaaaaaaaaaaaaaaa")]
    [InlineData("spaces", "", "                ")]
    public async Task Fifty_megabytes_between_two_tags_are_refused_before_they_are_read(string what, string before, string repeated)
    {
        var made = new MadeStream(Open + before, repeated, 50 * Megabyte);
        await Assert.ThrowsAsync<RuleBroken>(() => BankFileReaderTests.Read(made));
        Assert.True(made.Given < Megabyte, $"{what}: {made.Given} bytes were read");
    }

    [Fact]
    public async Task Ever_new_names_are_refused()
    {
        var names = string.Concat(Enumerable.Range(0, 5_000).Select(i => $"<n{i}/>"));
        await BankFileReaderTests.MustBeRefused("BANK_FILE_MALFORMED", BankSamples.Utf8(Open + names + Close));
    }

    [Fact]
    public async Task Ever_new_attributes_are_refused()
    {
        var names = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"<n a{i}='1'/>"));
        await BankFileReaderTests.MustBeRefused("BANK_FILE_MALFORMED", BankSamples.Utf8(Open + names + Close));
    }

    [Fact]
    public async Task Ever_new_namespaces_are_refused()
    {
        var names = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"<n xmlns:a='urn:{i}'/>"));
        await BankFileReaderTests.MustBeRefused("BANK_FILE_MALFORMED", BankSamples.Utf8(Open + names + Close));
    }

    [Fact]
    public async Task Fifty_megabytes_of_payments_are_read_in_flat_memory()
    {
        var transaction = BankSamples.Transaction("0197f2c46b1e7d1a9c550d6f2a1b3c4e", "ACSC", amount: "135.00");
        var made = new MadeStream(Open + "<OrgnlPmtInfAndSts>", transaction, 50 * Megabyte, "</OrgnlPmtInfAndSts>" + Close);
        using var reader = await BankFileReader.Open(made);
        var (said, highest) = (0, 0L);
        await foreach (var statement in reader.Read())
        {
            if (++said % 20_000 == 0)
            {
                highest = Math.Max(highest, GC.GetTotalMemory(forceFullCollection: true));
            }

            Assert.Equal(said, statement.Position);
        }

        Assert.True(said > 100_000, $"{said} statements");
        Assert.InRange(highest, 1, 100 * Megabyte);
    }

    /// <summary>A file made while it is read: what is measured is the reader.</summary>
    private sealed class MadeStream(string before, string repeated, long length, string after = "") : Stream
    {
        private readonly byte[] unit = Encoding.UTF8.GetBytes(repeated);
        private readonly byte[] end = Encoding.UTF8.GetBytes(after);
        private byte[] current = Encoding.UTF8.GetBytes(before);
        private int position;
        private bool ended;

        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => Given;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (position == current.Length)
            {
                if (ended)
                {
                    return 0;
                }

                ended = Given >= length;
                (current, position) = (ended ? end : unit, 0);
            }

            var count = Math.Min(buffer.Length, current.Length - position);
            current.AsSpan(position, count).CopyTo(buffer);
            position += count;
            Given += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
