using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Intervision.Indemnisation.Payments;
using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Tests;

/// <summary>Whatever names and amounts a run holds, in both versions: valid for ISO, within the EPC's rules, the sums right.</summary>
public sealed partial class AnyPaymentFileTests
{
    private static readonly string[] Hostile =
    [
        "", " ", "//", "/a", "a/", "a//b", "\0\u0001\u001B", "<Nm>&amp;</Nm>", "]]>", "\uD800", "\uFFFE\uFFFF", "é\u0301\u202E\u200B", "ﷺ", "💶💶", "漢字", "Щукин", "œ", "ß",
        "'\"`", "%s%n", "\r\n\t", "½//½", "Ⅻ", "（full width）",
    ];

    public sealed record Paid(string Holder, string Remittance, int Bank, long Cents);

    public sealed record Run(string Debtor, int Bank, Paid[] Payments, bool Version3);

    private static readonly string[] Bics = ["", "ABCDFR2L", "ABCDFR2LXXX", "ABCDFR0L", "ABCDFR2O", "ABCDFR22"];

    [Fact]
    public void Any_run_is_valid_within_the_rules_and_sums_up() =>
        Prop.ForAll(Runs.ToArbitrary(), Check).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public async Task Payments_that_are_not_those_of_the_run_are_never_a_file()
    {
        var run = RowOf(new Run("Association", 1, [], false)) with { TotalCents = 2 };
        var cent = RowOf(new Paid("A", "B", 0, 1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => PainSchema.Written(run, [cent]));
        await Assert.ThrowsAsync<InvalidOperationException>(() => PainFile.Write(Stream.Null, run, 3, new[] { cent, cent }.ToAsyncEnumerable(), CancellationToken.None));
        Assert.NotEmpty(await PainSchema.Written(run, [cent, cent]));
    }

    private static Gen<string> Text =>
        from parts in Gen.ListOf(Gen.OneOf(Gen.Elements(Hostile), ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""), Gen.Constant("Docteur Élodie Hochart "))).Resize(6)
        select string.Concat(parts);

    private static Gen<long> Cents => Gen.OneOf(
        Gen.Elements(1L, 9, 10, 99, 100, 101, 99_999_999_999, 99_999_999_998), Gen.Choose(1, int.MaxValue).Select(c => (long)c));

    private static Gen<Run> Runs =>
        from debtor in Text
        from bank in Gen.Choose(0, Bics.Length - 1)
        from payments in Gen.NonEmptyListOf(
            from holder in Text
            from remittance in Text
            from b in Gen.Choose(0, Bics.Length - 1)
            from cents in Cents
            select new Paid(holder, remittance, b, cents)).Resize(20)
        from version3 in ArbMap.Default.GeneratorFor<bool>()
        select new Run(debtor, bank, [.. payments], version3);

    private static void Check(Run given)
    {
        var run = RowOf(given);
        var payments = given.Payments.Select(RowOf).ToList();
        var file = PainSchema.Written(run, payments).GetAwaiter().GetResult();
        Assert.Equal(file, PainSchema.Written(run, payments).GetAwaiter().GetResult());
        PainSchema.MustBeValid(file, run.PaymentFormat);

        XNamespace iso = PainSchema.Namespace(run.PaymentFormat);
        var xml = XDocument.Load(new MemoryStream(file));
        string[] Values(string name) => [.. xml.Descendants(iso + name).Select(e => e.Value)];
        Assert.All(xml.Descendants().Where(e => !e.HasElements), e => Assert.Matches(SepaCharacters(), e.Value));
        Assert.All(Values("Nm"), name => Assert.InRange(name.Length, 1, 70));
        Assert.All(Values("Ustrd"), text => Assert.InRange(text.Length, 1, 140));
        Assert.All([.. Values("MsgId"), .. Values("PmtInfId"), .. Values("EndToEndId")], MustBeAnId);
        Assert.Equal(given.Payments.Length, Values("EndToEndId").Distinct(StringComparer.Ordinal).Count());
        Assert.Equal([.. given.Payments.Select(p => p.Cents)], Values("InstdAmt").Select(CentsOf));
        Assert.All(Values("CtrlSum"), sum => Assert.Equal(given.Payments.Sum(p => p.Cents), CentsOf(sum)));
        Assert.Equal(2, Values("CtrlSum").Length);
        Assert.Equal(["SLEV"], Values("ChrgBr"));
        Assert.Single(xml.Descendants(iso + "PmtInf"));
        Assert.Empty(xml.Descendants(iso + "PstlAdr"));
    }

    private static void MustBeAnId(string id)
    {
        Assert.InRange(id.Length, 1, 35);
        Assert.False(id[0] == '/' || id[^1] == '/' || id.Contains("//", StringComparison.Ordinal));
    }

    /// <summary>A dot and two decimals, always.</summary>
    private static long CentsOf(string euros)
    {
        Assert.Matches(TwoDecimals(), euros);
        return long.Parse(euros.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    private static RunRow RowOf(Run run) => new()
    {
        Id = Guid.CreateVersion7(Scene.Later),
        ExecutionDate = new DateOnly(2026, 12, 7),
        ReleaseTime = Scene.Later,
        DebtorHolderName = run.Debtor,
        DebtorIban = "FR7699999000620000099999992",
        DebtorBic = Bics[run.Bank],
        PaymentFormat = run.Version3 ? PaymentFormat.Pain00100103 : PaymentFormat.Pain00100109,
        TotalCents = run.Payments.Sum(p => p.Cents),
    };

    private static PaymentRow RowOf(Paid paid) => new()
    {
        Id = Guid.CreateVersion7(Scene.Later),
        AmountCents = paid.Cents,
        HolderName = paid.Holder,
        Iban = SampleIban.Of(7),
        Bic = Bics[paid.Bank],
        Remittance = paid.Remittance,
    };

    [GeneratedRegex(@"\A[a-zA-Z0-9/\-?:().,'+ ]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex SepaCharacters();

    [GeneratedRegex(@"\A(0|[1-9]\d*)\.\d\d\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TwoDecimals();
}
