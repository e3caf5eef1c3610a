using FsCheck;
using FsCheck.Fluent;
using Intervision.Indemnisation.Payees;

namespace Intervision.Indemnisation.Tests;

/// <summary>DOMAIN §2: IBAN, RIB key, BIC, SIRET.</summary>
public sealed class BankAccountsTests
{
    private static readonly string[] Payees = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "data", "payees.csv"))[1..];

    [Theory]
    [InlineData("FR7699999000021234567890137", true)]
    [InlineData("FR2099999000010000000001A82", true)]
    [InlineData("FR7699999000021234567890138", false)]
    [InlineData("FR4999999000021234567890138", false)] // right for ISO, wrong for the French RIB key
    [InlineData("FR76999990000212345678901", false)]
    [InlineData("BE68539007547034", true)]
    [InlineData("DE89370400440532013000", true)]
    [InlineData("MT84MALT011000012345MTLCAST001S", true)]
    [InlineData("SA0380000000608010167519", false)] // right, and outside SEPA
    [InlineData("BE86539007547034000", false)] // right by its key, too long for its country
    [InlineData("", false)]
    [InlineData("FR76é9999000021234567890137", false)]
    public void Iban(string iban, bool valid) => Assert.Equal(valid, BankAccounts.IsIban(iban));

    [Theory]
    [InlineData("ABCDFR2L", true)]
    [InlineData("ABCDFR2LXXX", true)]
    [InlineData("ABCDFR2", false)]
    [InlineData("ABCDFR2LX", false)]
    public void Bic(string bic, bool valid) => Assert.Equal(valid, BankAccounts.IsBic(bic));

    [Theory]
    [InlineData("99900012800010", true)]
    [InlineData("35600000000048", true)]
    [InlineData("35600000049837", true)] // La Poste: the digit sum is a multiple of 5
    [InlineData("99900012800011", false)]
    [InlineData("9990001280001", false)]
    [InlineData("99900012900019", false)] // the SIREN in it is wrong
    public void Siret(string siret, bool valid) => Assert.Equal(valid, BankAccounts.IsSiret(siret));

    [Fact]
    public void Every_payee_of_the_sample_region_is_valid() =>
        Assert.All(Payees.Select(row => row.Split(';')), row =>
        {
            Assert.True(BankAccounts.IsIban(row[4]), row[4]);
            Assert.True(row[3].Length == 0 || BankAccounts.IsSiret(row[3]), row[3]);
            Assert.True(row[5].Length == 0 || BankAccounts.IsBic(row[5]), row[5]);
        });

    [Fact]
    public void Any_single_wrong_digit_is_found() =>
        Prop.ForAll(
            Gen.Elements(Payees).ToArbitrary(), Gen.Choose(2, 26).ToArbitrary(), Gen.Choose(1, 9).ToArbitrary(),
            (row, at, shift) =>
            {
                var iban = row.Split(';')[4].ToCharArray();
                iban[at] = (char)('0' + (iban[at] - '0' + shift) % 10);
                return !BankAccounts.IsIban(new string(iban));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Spaces_and_lower_case_are_accepted_and_the_middle_is_hidden()
    {
        Assert.Equal("FR7699999099480000000000193", BankAccounts.Normalise(" fr76 9999-9099.4800 0000 0000 193 "));
        Assert.Equal("FR76 … 0193", BankAccounts.Mask("FR7699999099480000000000193"));
    }
}
