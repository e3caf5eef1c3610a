using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using FsCheck;
using FsCheck.Fluent;
using Intervision.Indemnisation.Payments;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Security;
using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>pain.001.001.09: valid for ISO, within the EPC's rules, the same bytes for ever.</summary>
public sealed partial class PaymentFileTests(IndemnisationFixture fixture) : IClassFixture<IndemnisationFixture>
{
    private static readonly XNamespace Iso = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";

    [Fact]
    public async Task A_released_file_is_valid_complete_and_says_no_case()
    {
        var scene = await Approved();
        var run = await scene.ReleasedRun();
        var file = await scene.Service.GetPaymentFileAsync(new GetPaymentFileRequest { Name = run.Name }, Tokens.As(Finance.Releaser));
        var bytes = file.Content.ToByteArray();
        Assert.Equal(await File.ReadAllBytesAsync(run.FilePath), bytes);
        Assert.Equal((run.FileSha256, run.FileSha256), (file.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes))));
        MustBeValid(bytes);

        var xml = XDocument.Load(new MemoryStream(bytes));
        string[] Values(string name) => [.. xml.Descendants(Iso + name).Select(e => e.Value)];
        Assert.Equal(["2", "2"], Values("NbOfTxs"));
        Assert.Equal(["375.00", "375.00"], Values("CtrlSum"));
        Assert.Equal(["270.00", "105.00"], Values("InstdAmt"));
        Assert.Equal(["SLEV"], Values("ChrgBr"));
        Assert.Equal(["2026-12-01T08:00:00Z"], Values("CreDtTm"));
        Assert.Equal(["2026-12-07"], Values("Dt"));
        Assert.Equal("Association Generaliste + Addictions", Values("Nm")[0]);
        Assert.Equal(run.Payments.Select(p => p.Name["payments/".Length..].Replace("-", "", StringComparison.Ordinal)), Values("EndToEndId"));
        Assert.All(Values("EndToEndId"), id => Assert.InRange(id.Length, 1, 35));
        Assert.All(Values("Ustrd"), text => Assert.Matches("^ITV P12 2026-09-[0-9]{2}( 2026-09-[0-9]{2})? SEANCES [12]$", text));
        Assert.All(xml.Descendants().Where(e => !e.HasElements), e => Assert.Matches(SepaCharacters(), e.Value));
    }

    [Fact]
    public async Task The_file_comes_back_the_same_when_somebody_removed_or_changed_it()
    {
        var scene = await Approved();
        var run = await scene.ReleasedRun();
        var before = await File.ReadAllBytesAsync(run.FilePath);
        File.Delete(run.FilePath);
        var file = await scene.Service.GetPaymentFileAsync(new GetPaymentFileRequest { Name = run.Name }, Tokens.As(Finance.Releaser));
        Assert.Equal(before, file.Content.ToByteArray());
        await File.AppendAllTextAsync(run.FilePath, "<!-- more -->");
        await scene.Service.PutDebtorAsync(
            new PutDebtorRequest { RequestId = Scene.NewId(), HolderName = "Autre débiteur", Iban = "FR7699999000021234567890137" }, Tokens.As(Finance.Approver, Scene.Later));
        file = await scene.Service.GetPaymentFileAsync(new GetPaymentFileRequest { Name = run.Name }, Tokens.As(Finance.Releaser));
        Assert.Equal(before, file.Content.ToByteArray());
        await Verb.OnlyFor(
            (GetPaymentFileRequest r, Grpc.Core.Metadata m) => scene.Service.GetPaymentFileAsync(r, m), [Roles.FinanceReleaser],
            new GetPaymentFileRequest { Name = run.Name }, new GetPaymentFileRequest { Name = $"paymentRuns/{Guid.CreateVersion7()}" });
    }

    [Fact]
    public async Task Golden_file()
    {
        var run = new RunRow
        {
            Id = Guid.Parse("0197f2c4-6b1e-7d1a-9c55-0d6f2a1b3c4d"),
            ExecutionDate = new DateOnly(2026, 12, 7),
            ReleaseTime = new DateTimeOffset(2026, 12, 1, 9, 30, 0, TimeSpan.FromHours(1)),
            DebtorHolderName = "Association Généraliste",
            DebtorIban = "FR7699999000620000099999992",
            DebtorBic = "",
        };
        var payment = new PaymentRow
        {
            Id = Guid.Parse("0197f2c4-6b1e-7d1a-9c55-0d6f2a1b3c4e"), AmountCents = 13_501, HolderName = "SELARL Pharmacie de l’Œuvre n°1", Iban = "FR7699999099480000000000193",
            Bic = "ABCDFR2L", Remittance = "ITV P12 2026-09-15 SEANCES 1",
        };
        using var memory = new MemoryStream();
        await PainFile.Write(memory, run, [payment, payment with { Bic = "", AmountCents = 5 }], CancellationToken.None);
        var text = System.Text.Encoding.UTF8.GetString(memory.ToArray());
        MustBeValid(memory.ToArray());
        Assert.Equal(Golden.ReplaceLineEndings("\n"), text);
    }

    [Theory]
    [InlineData("Élodie Ça-Vaux", "Elodie Ca-Vaux")]
    [InlineData("SELARL L’Œuvre & Cie", "SELARL L'OEuvre + Cie")]
    [InlineData("//a//b///c/", "a/b/c")]
    [InlineData("漢字", "NON PRECISE")]
    [InlineData("tab\tand\nline", "tab and line")]
    [InlineData("ﬁn ½", "fin 1/2")]
    public void Text_is_put_in_the_characters_of_every_bank(string given, string plain) => Assert.Equal(plain, SepaText.Of(given, 70));

    [Fact]
    public void Any_text_ends_within_characters_and_length() =>
        Prop.ForAll<string?>(text =>
        {
            var plain = SepaText.Of((text ?? "").Normalizable(), 70);
            return plain.Length is > 0 and <= 70 && SepaCharacters().IsMatch(plain) && !plain.Contains("//", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    private const string Golden =
        """
        <?xml version="1.0" encoding="utf-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
         <CstmrCdtTrfInitn>
          <GrpHdr>
           <MsgId>0197f2c46b1e7d1a9c550d6f2a1b3c4d</MsgId>
           <CreDtTm>2026-12-01T08:30:00Z</CreDtTm>
           <NbOfTxs>2</NbOfTxs>
           <CtrlSum>135.06</CtrlSum>
           <InitgPty>
            <Nm>Association Generaliste</Nm>
           </InitgPty>
          </GrpHdr>
          <PmtInf>
           <PmtInfId>0197f2c46b1e7d1a9c550d6f2a1b3c4d</PmtInfId>
           <PmtMtd>TRF</PmtMtd>
           <NbOfTxs>2</NbOfTxs>
           <CtrlSum>135.06</CtrlSum>
           <PmtTpInf>
            <SvcLvl>
             <Cd>SEPA</Cd>
            </SvcLvl>
           </PmtTpInf>
           <ReqdExctnDt>
            <Dt>2026-12-07</Dt>
           </ReqdExctnDt>
           <Dbtr>
            <Nm>Association Generaliste</Nm>
           </Dbtr>
           <DbtrAcct>
            <Id>
             <IBAN>FR7699999000620000099999992</IBAN>
            </Id>
           </DbtrAcct>
           <DbtrAgt>
            <FinInstnId>
             <Othr>
              <Id>NOTPROVIDED</Id>
             </Othr>
            </FinInstnId>
           </DbtrAgt>
           <ChrgBr>SLEV</ChrgBr>
           <CdtTrfTxInf>
            <PmtId>
             <EndToEndId>0197f2c46b1e7d1a9c550d6f2a1b3c4e</EndToEndId>
            </PmtId>
            <Amt>
             <InstdAmt Ccy="EUR">135.01</InstdAmt>
            </Amt>
            <CdtrAgt>
             <FinInstnId>
              <BICFI>ABCDFR2L</BICFI>
             </FinInstnId>
            </CdtrAgt>
            <Cdtr>
             <Nm>SELARL Pharmacie de l'OEuvre n 1</Nm>
            </Cdtr>
            <CdtrAcct>
             <Id>
              <IBAN>FR7699999099480000000000193</IBAN>
             </Id>
            </CdtrAcct>
            <RmtInf>
             <Ustrd>ITV P12 2026-09-15 SEANCES 1</Ustrd>
            </RmtInf>
           </CdtTrfTxInf>
           <CdtTrfTxInf>
            <PmtId>
             <EndToEndId>0197f2c46b1e7d1a9c550d6f2a1b3c4e</EndToEndId>
            </PmtId>
            <Amt>
             <InstdAmt Ccy="EUR">0.05</InstdAmt>
            </Amt>
            <Cdtr>
             <Nm>SELARL Pharmacie de l'OEuvre n 1</Nm>
            </Cdtr>
            <CdtrAcct>
             <Id>
              <IBAN>FR7699999099480000000000193</IBAN>
             </Id>
            </CdtrAcct>
            <RmtInf>
             <Ustrd>ITV P12 2026-09-15 SEANCES 1</Ustrd>
            </RmtInf>
           </CdtTrfTxInf>
          </PmtInf>
         </CstmrCdtTrfInitn>
        </Document>
        """;

    [GeneratedRegex(@"\A[a-zA-Z0-9/\-?:().,'+ ]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex SepaCharacters();

    private static void MustBeValid(byte[] file)
    {
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema };
        settings.Schemas.Add(Iso.NamespaceName, Path.Combine(AppContext.BaseDirectory, "data", "pain.001.001.09.xsd"));
        settings.ValidationFlags |= XmlSchemaValidationFlags.ReportValidationWarnings;
        settings.ValidationEventHandler += (_, e) => Assert.Fail($"{e.Severity}: {e.Message}");
        using var reader = XmlReader.Create(new MemoryStream(file), settings);
        var elements = 0;
        while (reader.Read())
        {
            elements++;
        }

        Assert.True(elements > 20);
    }

    private async Task<Scene> Approved()
    {
        var scene = await fixture.NewScene();
        var (doctor, pharmacist) = (await scene.NewPerson(), await scene.NewPerson("21"));
        await scene.Approve([.. await scene.Held(doctor, pharmacist), .. await scene.Held(doctor)]);
        return scene;
    }
}

internal static class TextExtensions
{
    /// <summary>Without lone surrogates, which no request can carry (protobuf strings are UTF-8).</summary>
    public static string Normalizable(this string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
