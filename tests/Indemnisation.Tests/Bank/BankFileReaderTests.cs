using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Grpc.Core;
using Intervision.Indemnisation.Bank;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Indemnisation.Tests.Bank;

/// <summary>What is read out of files of the bank, both versions of both kinds.</summary>
public sealed class BankFileReaderTests
{
    private static readonly Guid Run = Guid.Parse("0197f2c4-6b1e-7d1a-9c55-0d6f2a1b3c4d");

    public static TheoryData<string> Reports => [.. BankSamples.Reports];

    public static TheoryData<string> Notices => [.. BankSamples.Notices];

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task A_report_says_of_each_payment_what_became_of_it(string kind)
    {
        var said = await Read(BankSamples.Report(
            kind, Run,
            BankSamples.Transaction("a", "ACSC", amount: "12.5") + BankSamples.Transaction("b", "RJCT", "AC04") + BankSamples.Transaction("c", "ACSP")
            + BankSamples.Transaction("d", "RJCT", "bank's own") + BankSamples.Transaction("e", "WHAT")));
        Assert.Equal(["a", "b", "c", "d", "e"], said.Select(s => s.Reference));
        Assert.Equal([Word.Paid, Word.Rejected, Word.Noted, Word.Rejected, Word.NotUnderstood], said.Select(s => s.Word));
        Assert.Equal(["", "AC04", "", "NARR", ""], said.Select(s => s.Reason));
        Assert.Equal([1, 2, 3, 4, 5], said.Select(s => s.Position));
        Assert.Equal(("12.5", "EUR"), (said[0].Amount, said[0].Currency));
        Assert.All(said, s => Assert.Equal((Scope.Payment, $"{Run:N}"), (s.Scope, s.OriginalMessage)));
        Assert.True(said.Zip(said.Skip(1)).All(pair => pair.First.Line < pair.Second.Line), "lines go up");
    }

    [Theory]
    [InlineData("ACCP", nameof(Word.Noted))]
    [InlineData("ACTC", nameof(Word.Noted))]
    [InlineData("ACSP", nameof(Word.Noted))]
    [InlineData("ACWC", nameof(Word.Noted))]
    [InlineData("RCVD", nameof(Word.Noted))]
    [InlineData("PDNG", nameof(Word.Noted))]
    [InlineData("ACSC", nameof(Word.Paid))]
    [InlineData("ACCC", nameof(Word.Paid))]
    [InlineData("RJCT", nameof(Word.Rejected))]
    [InlineData("PART", nameof(Word.NotUnderstood))]
    [InlineData("acsc", nameof(Word.NotUnderstood))]
    public async Task Each_status(string status, string word)
    {
        foreach (var kind in BankSamples.Reports)
        {
            Assert.Equal(word, Assert.Single(await Read(BankSamples.Report(kind, Run, BankSamples.Transaction("a", status)))).Word.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public async Task A_report_may_speak_of_the_whole_file_or_of_its_instruction(string kind)
    {
        const string because = "<StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>";
        var whole = Assert.Single(await Read(BankSamples.Report(kind, Run, "", group: "<GrpSts>RJCT</GrpSts>" + because)));
        Assert.Equal((Scope.Message, Word.Rejected, "FF01", $"{Run:N}"), (whole.Scope, whole.Word, whole.Reason, whole.Reference));

        var part = await Read(BankSamples.Report(
            kind, Run, "<TxInfAndSts><OrgnlEndToEndId>a</OrgnlEndToEndId></TxInfAndSts>", group: "<GrpSts>PART</GrpSts>",
            instruction: "<PmtInfSts>RJCT</PmtInfSts>" + because));
        Assert.Equal([Scope.Message, Scope.Payment, Scope.Instruction], part.Select(s => s.Scope));
        Assert.Equal([Word.Noted, Word.Rejected, Word.Rejected], part.Select(s => s.Word));
        Assert.Equal(["", "FF01", "FF01"], part.Select(s => s.Reason));
    }

    [Theory]
    [MemberData(nameof(Notices))]
    public async Task A_notice_says_what_left_the_account_and_what_came_back(string kind)
    {
        var said = await Read(BankSamples.Notice(
            kind,
            BankSamples.Entry(kind, "a", "135.00") + BankSamples.Entry(kind, "a", "135.00", "CRDT", reason: "AC04") + BankSamples.Entry(kind, "b", "1.00", status: "PDNG")
            + BankSamples.Entry(kind, "c", "1.00").Replace("</CdtDbtInd><Sts>", "</CdtDbtInd><RvslInd>true</RvslInd><Sts>", StringComparison.Ordinal)));
        Assert.Equal([Word.Paid, Word.Returned, Word.Noted, Word.NotUnderstood], said.Select(s => s.Word));
        Assert.Equal(["", "AC04", "", ""], said.Select(s => s.Reason));
        Assert.Equal(["135.00", "135.00", "1.00", "1.00"], said.Select(s => s.Amount));
        Assert.All(said, s => Assert.Equal((BankSamples.Iban, null, "EUR"), (s.Account, s.OriginalMessage, s.Currency)));
    }

    [Theory]
    [MemberData(nameof(Notices))]
    public async Task A_debit_in_one_sum_is_said_of_its_payments_or_of_its_instruction(string kind)
    {
        var details = BankSamples.Detail(kind, "a", "1.00", "DBIT") + BankSamples.Detail(kind, "b", "2.00", "DBIT");
        var listed = await Read(BankSamples.Notice(kind, BankSamples.Batch(kind, $"{Run:N}", "3.00", 2, details)));
        Assert.Equal([(Scope.Payment, "a", "1.00"), (Scope.Payment, "b", "2.00")], listed.Select(s => (s.Scope, s.Reference, s.Amount)));

        var sum = Assert.Single(await Read(BankSamples.Notice(kind, BankSamples.Batch(kind, $"{Run:N}", "3.00", 2))));
        Assert.Equal((Scope.Instruction, $"{Run:N}", "3.00", Word.Paid), (sum.Scope, sum.Reference, sum.Amount, sum.Word));
    }

    [Fact]
    public async Task Golden_reports()
    {
        var (first, second, third) = ($"{Run:N}"[..^2] + "4e", $"{Run:N}"[..^2] + "4f", $"{Run:N}"[..^2] + "50");
        var some = await Sample("pain.002.001.03");
        Assert.Equal(
            [(Scope.Message, $"{Run:N}", Word.Noted, "", ""), (Scope.Payment, first, Word.Noted, "", ""), (Scope.Payment, second, Word.Rejected, "AC04", "135.00"),
                (Scope.Payment, third, Word.Rejected, "NARR", ""), (Scope.Instruction, $"{Run:N}", Word.Noted, "", "")],
            some.Select(s => (s.Scope, s.Reference, s.Word, s.Reason, s.Amount)));
        Assert.Equal([10, 21, 25, 43, 17], some.Select(s => s.Line));
        Assert.Equal(BankSamples.Iban, some[2].Account);
        var whole = Assert.Single(await Sample("pain.002.001.10"));
        Assert.Equal((Scope.Message, $"{Run:N}", Word.Rejected, "AM05"), (whole.Scope, whole.Reference, whole.Word, whole.Reason));
    }

    [Theory]
    [MemberData(nameof(Notices))]
    public async Task Golden_notices(string kind)
    {
        var (first, second) = ($"{Run:N}"[..^2] + "4e", $"{Run:N}"[..^2] + "4f");
        Assert.Equal(
            [(first, Word.Paid, "", "135.00"), (second, Word.Paid, "", "105.00"), (second, Word.Returned, "AC04", "105.00"), ("LOYER 2026-12", Word.Paid, "", "1250.00")],
            (await Sample(kind)).Select(s => (s.Reference, s.Word, s.Reason, s.Amount)));
    }

    /// <summary>Every byte may be anything: what is not refused is read, and nothing else ever happens.</summary>
    [Fact]
    public void A_spoilt_file_is_read_or_refused()
    {
        var samples = BankSamples.Reports.Concat(BankSamples.Notices).Select(kind => File.ReadAllBytes(PathOf(kind))).ToList();
        var spoilt = from sample in Gen.Elements<byte[]>(samples)
            from edits in Gen.NonEmptyListOf(
                from at in Gen.Choose(0, sample.Length - 1)
                from value in Gen.OneOf(Gen.Choose(0, 255), Gen.Elements<int>('<', '>', '/', '&', '"', '!', '[', ' ', 0))
                from length in Gen.Choose(0, 3)
                select (at, value, length)).Resize(5)
            select edits.Aggregate(sample, (file, edit) =>
                [.. file[..Math.Min(edit.at, file.Length)], .. Enumerable.Repeat((byte)edit.value, edit.length), .. file[Math.Min(edit.at + 1, file.Length)..]]);
        Prop.ForAll(spoilt.ToArbitrary(), file =>
        {
            try
            {
                Assert.All(Read(file).GetAwaiter().GetResult(), s => Assert.True(s.Position > 0 && s.Line > 0));
            }
            catch (RuleBroken refused)
            {
                Assert.StartsWith("BANK_FILE_", refused.Reason, StringComparison.Ordinal);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Theory]
    [InlineData("pain.001.001.09")]
    [InlineData("camt.053.001.02")]
    [InlineData("pain.002.001.99")]
    [InlineData("")]
    public async Task Another_kind_of_file_is_refused(string kind) =>
        await MustBeRefused("BANK_FILE_UNKNOWN", BankSamples.Utf8($"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:{kind}'/>"));

    [Fact]
    public async Task The_encoding_is_the_one_the_file_announces()
    {
        var text = BankSamples.Report("pain.002.001.03", Run, BankSamples.Transaction("é", "ACSC"));
        var latin = text.Replace("UTF-8", "ISO-8859-1", StringComparison.Ordinal);
        Assert.Equal("é", Assert.Single(await Read(Encoding.Latin1.GetBytes(latin))).Reference);
        Assert.Equal("é", Assert.Single(await Read([.. Encoding.UTF8.GetPreamble(), .. BankSamples.Utf8(text)])).Reference);
        var wide = text.Replace("UTF-8", "UTF-16", StringComparison.Ordinal);
        Assert.Equal("é", Assert.Single(await Read([.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(wide)])).Reference);
        await MustBeRefused("BANK_FILE_MALFORMED", Encoding.Latin1.GetBytes(text));
        await MustBeRefused("BANK_FILE_MALFORMED", BankSamples.Utf8(text.Replace("UTF-8", "klingon", StringComparison.Ordinal)));
        await MustBeRefused("BANK_FILE_MALFORMED", Encoding.Unicode.GetBytes(text));
    }

    private static string PathOf(string kind) => Path.Combine(AppContext.BaseDirectory, "samples", $"{kind}.xml");

    private static async Task<IReadOnlyList<Statement>> Sample(string kind) => await Read(await File.ReadAllBytesAsync(PathOf(kind)));

    internal static Task<IReadOnlyList<Statement>> Read(string file) => Read(BankSamples.Utf8(file));

    internal static async Task<IReadOnlyList<Statement>> Read(byte[] file) => await Read(new MemoryStream(file));

    internal static async Task<IReadOnlyList<Statement>> Read(Stream file)
    {
        using var reader = await BankFileReader.Open(file);
        return await reader.Read().ToListAsync();
    }

    internal static async Task<RuleBroken> MustBeRefused(string reason, byte[] file)
    {
        var refused = await Assert.ThrowsAsync<RuleBroken>(() => Read(file));
        Assert.Equal((StatusCode.InvalidArgument, reason), (refused.Code, refused.Reason));
        Assert.Matches("^Ligne [0-9]+ du fichier : ", refused.French);
        return refused;
    }
}
