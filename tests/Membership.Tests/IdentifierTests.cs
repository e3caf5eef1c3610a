using FsCheck;
using FsCheck.Fluent;
using Intervision.Membership.Identifiers;

namespace Intervision.Membership.Tests;

/// <summary>The vectors of DOMAIN §2, and what a Luhn key promises: one changed digit is always caught.</summary>
public sealed class IdentifierTests
{
    [Theory]
    [InlineData("99700001235")]
    [InlineData("99700420013")]
    [InlineData(" 997 0000 1235 ")]
    [InlineData("997\u00a00000\u00a01235")]
    public void Rpps_valid(string said) => Assert.True(Rpps.IsValid(Keys.Canonical(said)));

    [Theory]
    [InlineData("99700001234")] // key
    [InlineData("9970000123")] // ten
    [InlineData("9970000123A")]
    [InlineData("10003461033")] // the ANS's own sample fails its key: strict
    [InlineData("10005678901")]
    [InlineData("٩٩٧٠٠٠٠١٢٣٥")] // digits, but not ours
    [InlineData("")]
    public void Rpps_invalid(string said) => Assert.False(Rpps.IsValid(Keys.Canonical(said)));

    [Theory]
    [InlineData("590000998")]
    [InlineData("620000992")]
    [InlineData("800000994")]
    [InlineData("020000998")]
    [InlineData("600000996")]
    [InlineData("2A0000998")]
    [InlineData("2a0000998")]
    [InlineData("59 000 0998")]
    public void Finess_valid(string said) => Assert.True(Finess.IsValid(Keys.Canonical(said)));

    [Theory]
    [InlineData("590000999")]
    [InlineData("2A0000990")] // A counts as 1, not 0
    [InlineData("59000099")]
    [InlineData("5A0000998")]
    [InlineData("591000998")] // third character
    [InlineData("000000000")] // no such département
    [InlineData("960000007")]
    public void Finess_invalid(string said) => Assert.False(Finess.IsValid(Keys.Canonical(said)));

    [Theory]
    [InlineData("999000128")]
    [InlineData("987654324")]
    [InlineData("356000000")]
    public void Siren_valid(string said) => Assert.True(Siren.IsValid(Keys.Canonical(said)));

    [Theory]
    [InlineData("999000129")]
    [InlineData("99900012")]
    public void Siren_invalid(string said) => Assert.False(Siren.IsValid(Keys.Canonical(said)));

    [Theory]
    [InlineData("99900012800010")]
    [InlineData("999 000 128 00010")]
    [InlineData("35600000000048")] // La Poste by Luhn
    [InlineData("35600000049837")] // La Poste by its digit sum, 45
    public void Siret_valid(string said) => Assert.True(Siret.IsValid(Keys.Canonical(said)));

    [Theory]
    [InlineData("99900012800011")]
    [InlineData("9990001280001")]
    [InlineData("35600000049838")] // La Poste, neither way
    [InlineData("99900012800005")] // digit sum 38 + …: the exception is La Poste's alone
    [InlineData("99900012900018")] // its SIREN is not one
    public void Siret_invalid(string said) => Assert.False(Siret.IsValid(Keys.Canonical(said)));

    [Theory]
    [InlineData("jean.test@medecin.mssante.fr")]
    [InlineData(" Jean.Test@MEDECIN.mssante.fr ")]
    [InlineData("p00001@pro.mssante.fr")]
    public void MsSante_of_a_professional(string said) => Assert.True(MsSante.IsProfessional(MsSante.Canonical(said)));

    [Theory]
    [InlineData("x@gmail.com", false)]
    [InlineData("185066204199830@patient.mssante.fr", true)]
    [InlineData("185066204199830@Patient.MSSante.fr ", true)]
    [InlineData("185066204199830@a.patient.mssante.fr", true)]
    [InlineData("x@medecin.mssante.fr.example.org", false)]
    [InlineData("x@y@medecin.mssante.fr", false)]
    [InlineData("@medecin.mssante.fr", false)]
    public void MsSante_of_others(string said, bool ofPatient)
    {
        var canonical = MsSante.Canonical(said);
        Assert.False(MsSante.IsProfessional(canonical));
        Assert.Equal(ofPatient, MsSante.IsPatient(canonical));
    }

    [Fact]
    public void One_changed_digit_of_an_rpps_is_always_caught() => Check.QuickThrowOnFailure(Prop.ForAll(
        OneDigitOff(10).ToArbitrary(), pair => Rpps.IsValid(pair.Right) && !Rpps.IsValid(pair.Wrong)));

    [Fact]
    public void One_changed_digit_of_a_siret_is_always_caught() => Check.QuickThrowOnFailure(Prop.ForAll(
        OneDigitOff(8).ToArbitrary(),
        pair => Siret.IsValid(WithKey(pair.Right + "0001")) && !Siret.IsValid(pair.Wrong + WithKey(pair.Right + "0001")[9..])));

    [Fact]
    public void Two_adjacent_digits_swapped_are_caught_but_for_09() => Check.QuickThrowOnFailure(Prop.ForAll(
        Digits(10).ToArbitrary(),
        digits =>
        {
            var right = WithKey(digits);
            var swapped = right[1].ToString() + right[0] + right[2..];
            var undetectable = right[0] == right[1] || (right[0], right[1]) is ('0', '9') or ('9', '0');
            return Rpps.IsValid(swapped) == undetectable;
        }));

    private static Gen<string> Digits(int count) =>
        Gen.Select(Gen.ArrayOf(Gen.Choose(0, 9), count), digits => string.Concat(digits));

    private static Gen<(string Right, string Wrong)> OneDigitOff(int count) =>
        from digits in Digits(count)
        from at in Gen.Choose(0, count)
        from shift in Gen.Choose(1, 9)
        let right = WithKey(digits)
        select (right, right[..at] + (char)('0' + (right[at] - '0' + shift) % 10) + right[(at + 1)..]);

    private static string WithKey(string digits) =>
        Enumerable.Range(0, 10).Select(key => $"{digits}{key}").Single(candidate => Keys.IsLuhn(candidate));
}
