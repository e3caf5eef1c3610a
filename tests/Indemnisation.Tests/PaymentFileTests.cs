using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Intervision.Indemnisation.Payments;
using Intervision.Indemnisation.Tests.Reports;
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
        PainSchema.MustBeValid(bytes, PaymentFormat.Pain00100109);

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
    public async Task The_file_is_also_had_in_parts_by_who_releases_and_nobody_else()
    {
        var scene = await Approved();
        var run = await scene.ReleasedRun();
        var bytes = await File.ReadAllBytesAsync(run.FilePath);
        for (var twice = 0; twice < 2; twice++)
        {
            var file = await fixture.PaymentFile(run.Name, Finance.Releaser);
            Assert.Equal(Path.GetFileName(run.FilePath), file.Name);
            Assert.Equal(bytes, file.Content);
        }

        using var call = scene.Service.ExportPaymentFile(new ExportPaymentFileRequest { Name = run.Name }, Tokens.As(Finance.Releaser));
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(run.FileSha256, call.ResponseStream.Current.Sha256);
        foreach (var stranger in (DevelopmentClaims[])[Finance.Officer, Finance.Approver, Finance.Auditor, .. Finance.Strangers])
        {
            await Exports.Refuses(Grpc.Core.StatusCode.PermissionDenied, "PERMISSION_DENIED", () => fixture.PaymentFile(run.Name, stranger));
        }

        await Exports.Refuses(Grpc.Core.StatusCode.NotFound, "NOT_FOUND", () => fixture.PaymentFile($"paymentRuns/{Guid.CreateVersion7()}", Finance.Releaser));
        await Exports.Refuses(Grpc.Core.StatusCode.InvalidArgument, "NAME_INVALID", () => fixture.PaymentFile("../etc/passwd", Finance.Releaser));
    }

    [Theory]
    [InlineData(PaymentFormat.Pain00100109, "pain.001.001.09.xml")]
    [InlineData(PaymentFormat.Pain00100103, "pain.001.001.03.xml")]
    public async Task Golden_file(PaymentFormat format, string golden)
    {
        var run = new RunRow
        {
            Id = Guid.Parse("0197f2c4-6b1e-7d1a-9c55-0d6f2a1b3c4d"),
            ExecutionDate = new DateOnly(2026, 12, 7),
            ReleaseTime = new DateTimeOffset(2026, 12, 1, 9, 30, 0, TimeSpan.FromHours(1)),
            DebtorHolderName = "Association Généraliste",
            DebtorIban = "FR7699999000620000099999992",
            DebtorBic = "",
            PaymentFormat = format,
            TotalCents = 13_506,
        };
        var payment = new PaymentRow
        {
            Id = Guid.Parse("0197f2c4-6b1e-7d1a-9c55-0d6f2a1b3c4e"), AmountCents = 13_501, HolderName = "SELARL Pharmacie de l’Œuvre n°1", Iban = "FR7699999099480000000000193",
            Bic = "ABCDFR2L", Remittance = "ITV P12 2026-09-15 SEANCES 1",
        };
        var file = await PainSchema.Written(run, [payment, payment with { Bic = "", AmountCents = 5 }]);
        PainSchema.MustBeValid(file, format);
        var expected = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "samples", golden));
        Assert.Equal(expected.ReplaceLineEndings("\n").TrimEnd(), System.Text.Encoding.UTF8.GetString(file));
    }

    [Fact]
    public async Task A_run_keeps_the_version_of_its_release_when_the_bank_takes_another()
    {
        var scene = await Approved();
        PutDebtorRequest Debtor(PaymentFormat format) => new()
        {
            RequestId = Scene.NewId(), HolderName = "Association", Iban = "FR7699999000620000099999992", PaymentFormat = format,
        };
        var approver = Tokens.As(Finance.Approver, Scene.Later);
        await Refused.With(Grpc.Core.StatusCode.InvalidArgument, "PAYMENT_FORMAT_INVALID", () => scene.Service.PutDebtorAsync(Debtor((PaymentFormat)7), approver));
        await scene.Service.PutDebtorAsync(Debtor(PaymentFormat.Pain00100103), approver);
        var run = await scene.ReleasedRun();
        var written = await File.ReadAllBytesAsync(run.FilePath);
        PainSchema.MustBeValid(written, PaymentFormat.Pain00100103);

        await scene.Service.PutDebtorAsync(Debtor(PaymentFormat.Unspecified), approver);
        File.Delete(run.FilePath);
        var file = await scene.Service.GetPaymentFileAsync(new GetPaymentFileRequest { Name = run.Name }, Tokens.As(Finance.Releaser));
        Assert.Equal(written, file.Content.ToByteArray());
    }

    [Theory]
    [InlineData("Élodie Ça-Vaux", "Elodie Ca-Vaux")]
    [InlineData("SELARL L’Œuvre & Cie", "SELARL L'OEuvre + Cie")]
    [InlineData("//a//b///c/", "a/b/c")]
    [InlineData("漢字", "NON PRECISE")]
    [InlineData("Dr 漢字", "Dr ..")]
    [InlineData("tab\tand\nline", "tab and line")]
    [InlineData("ﬁn ½", "fin 1/2")]
    [InlineData("Weiß & Straße", "Weiss + Strasse")]
    [InlineData("D’Août l´Hôpital d`Hem", "D'Aout l'Hopital d'Hem")]
    [InlineData("Œdème cœur Æther", "OEdeme coeur AEther")]
    [InlineData("Щербаков Сергей", "Shcherbakov Sergei")]
    [InlineData("Παπαδόπουλος", "Papadopoulos")]
    [InlineData("Nguyễn Thị Ngọc", "Nguyen Thi Ngoc")]
    [InlineData("Đoković Łukasz Þór", "Dokovic Lukasz Thor")]
    [InlineData("Cabinet 💉 Martin", "Cabinet . Martin")]
    [InlineData("e\u0301\u200Bclair", "eclair")]
    [InlineData("</Nm><Nm>x", "./Nm..Nm.x")]
    [InlineData("a\uFFFEb\uFFFDc", "a.b.c")]
    public void Text_is_put_in_the_characters_of_every_bank(string given, string plain) => Assert.Equal(plain, SepaText.Of(given, 70));

    [Theory]
    [InlineData("ABCDE/FGH", 6, "ABCDE")]
    [InlineData("ABCDE FGH", 6, "ABCDE")]
    [InlineData("ABCDœFGH", 5, "ABCDo")]
    [InlineData("/////", 70, "NON PRECISE")]
    public void A_cut_leaves_no_slash_and_no_space_at_the_end(string given, int maximum, string plain) => Assert.Equal(plain, SepaText.Of(given, maximum));

    [Fact]
    public void Any_text_ends_within_characters_and_length() =>
        Prop.ForAll<string?>(text =>
        {
            var plain = SepaText.Of(text ?? "", 70);
            return plain.Length is > 0 and <= 70 && SepaCharacters().IsMatch(plain) && !plain.Contains("//", StringComparison.Ordinal)
                && plain[0] != '/' && plain[^1] != '/' && plain == plain.Trim();
        }).QuickCheckThrowOnFailure();

    [GeneratedRegex(@"\A[a-zA-Z0-9/\-?:().,'+ ]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex SepaCharacters();

    private async Task<Scene> Approved()
    {
        var scene = await fixture.NewScene();
        var (doctor, pharmacist) = (await scene.NewPerson(), await scene.NewPerson("21"));
        await scene.Approve([.. await scene.Held(doctor, pharmacist), .. await scene.Held(doctor)]);
        return scene;
    }
}
