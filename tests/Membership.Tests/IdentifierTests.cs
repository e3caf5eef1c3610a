using FsCheck;
using FsCheck.Fluent;
using Intervision.Membership.Identifiers;
using Intervision.Membership.Import;

namespace Intervision.Membership.Tests;

/// <summary>The vectors of DOMAIN §2, and what a Luhn key promises: one changed digit is always caught.</summary>
public sealed class IdentifierTests(SmallDirectory membership) : IClassFixture<SmallDirectory>
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
    [InlineData("2B0000996")] // Haute-Corse: B counts as 2
    [InlineData("970100012")] // Guadeloupe
    [InlineData("970400123")] // La Réunion
    [InlineData("980500011")] // Mayotte
    [InlineData("010000016")] // Ain, the first
    [InlineData("950000018")] // Val-d'Oise, the last
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
    [InlineData("970100013")] // overseas, key
    [InlineData("2B0000997")] // Haute-Corse, key
    [InlineData("2C0000998")]
    [InlineData("5900009980")]
    [InlineData("")]
    public void Finess_invalid(string said) => Assert.False(Finess.IsValid(Keys.Canonical(said)));

    [Theory]
    [InlineData("999000128")]
    [InlineData("987654324")]
    [InlineData("356000000")]
    public void Siren_valid(string said) => Assert.True(Siren.IsValid(Keys.Canonical(said)));

    [Theory]
    [InlineData("999000129")]
    [InlineData("99900012")]
    [InlineData("99900012A")]
    [InlineData("")]
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

    [Theory]
    [InlineData("59350")]
    [InlineData("02691")]
    [InlineData("2A004")]
    [InlineData("97105")]
    [InlineData("59000")] // a postal code looks the same: only the list of communes tells, see below
    public void Insee_code_of_a_commune(string said) => Assert.True(Texts.IsInsee(said));

    [Theory]
    [InlineData("2691")]
    [InlineData("2C004")]
    [InlineData("593500")]
    [InlineData("5935A")]
    [InlineData("٥٩٣٥٠")]
    [InlineData("")]
    public void Insee_code_of_no_commune(string said) => Assert.False(Texts.IsInsee(said));

    [Theory]
    [InlineData("02691", "02")]
    [InlineData("59350", "59")]
    [InlineData("60057", "60")]
    [InlineData("62041", "62")]
    [InlineData("80021", "80")]
    [InlineData("2A004", "2A")]
    [InlineData("2B033", "2B")]
    [InlineData("97105", "971")]
    [InlineData("98501", "985")]
    public void Departement_of_a_commune(string commune, string departement) => Assert.Equal(departement, Insee.DepartementOf(commune));

    [Theory]
    [InlineData("02691", "2")] // the leading zero counts
    [InlineData("59350", "75")]
    [InlineData("59350", "593")]
    [InlineData("97105", "97")]
    [InlineData("59350", "")]
    public async Task A_departement_that_is_not_the_communes(string commune, string departement)
    {
        var row = Assert.Single(await membership.Import(Sample.Commune(commune, "Nulle part", "59000").With(c => c.Departement = departement).Row()));
        Assert.Equal("DEPARTEMENT_MISMATCH", row.Reason);
    }

    [Fact]
    public async Task A_postal_code_is_no_commune()
    {
        var row = Assert.Single(await membership.Import(Sample.Organisation("620000992").With(o => (o.Commune, o.Convention) = ("59000", null)).Row()));
        Assert.Equal("UNKNOWN_COMMUNE", row.Reason);
    }

    [Fact]
    public void One_changed_digit_of_an_rpps_is_always_caught() => Caught(OneDigitOff(10), Rpps.IsValid);

    [Fact]
    public void One_changed_digit_of_a_siren_is_always_caught() => Caught(OneDigitOff(8), Siren.IsValid);

    /// <summary>The third character is always 0; 59 stands for all départements of two digits.</summary>
    [Fact]
    public void One_changed_digit_of_a_finess_is_always_caught() => Caught(OneDigitOff(Gen.Select(Digits(5), order => "590" + order)), Finess.IsValid);

    [Fact]
    public void One_changed_digit_of_a_corsican_finess_is_always_caught() => Caught(
        from pair in OneDigitOff(Gen.Select(Digits(5), order => "210" + order))
        where pair.Wrong[..2] == "21"
        select ("2A" + pair.Right[2..], "2A" + pair.Wrong[2..]),
        Finess.IsValid);

    [Fact]
    public void One_changed_digit_of_a_siret_is_always_caught() => Caught(
        OneDigitOff(from siren in Digits(8) from number in Digits(4) select WithKey(siren) + number),
        Siret.IsValid);

    /// <summary>The digit sum promises less than Luhn: it catches a change unless it is by five (or makes a Luhn number).</summary>
    [Fact]
    public void One_changed_digit_of_a_siret_of_la_poste_is_caught_unless_by_five() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from number in Digits(4)
         from at in Gen.Choose(9, 13)
         from shift in Gen.Choose(1, 9)
         let right = WithSumOfFive(Siren.LaPoste + number)
         let changed = (right[at] - '0' + shift) % 10
         select (Right: right, Wrong: right[..at] + (char)('0' + changed) + right[(at + 1)..], By: changed - (right[at] - '0'))).ToArbitrary(),
        t => Siret.IsValid(t.Right) && Siret.IsValid(t.Wrong) == (t.By % 5 == 0 || Keys.IsLuhn(t.Wrong))));

    [Theory]
    [InlineData("35600000049837", "35600000049887")] // by five
    [InlineData("35600000049837", "35600000049873")] // two swapped: the sum does not see it
    public void What_the_digit_sum_of_la_poste_does_not_catch(string right, string wrong)
    {
        Assert.True(Siret.IsValid(right));
        Assert.True(Siret.IsValid(wrong));
    }

    [Fact]
    public void Two_adjacent_digits_swapped_are_caught_but_for_09() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from digits in Digits(10) from at in Gen.Choose(0, 9) select (Right: WithKey(digits), At: at)).ToArbitrary(),
        t =>
        {
            var (right, at) = t;
            var swapped = $"{right[..at]}{right[at + 1]}{right[at]}{right[(at + 2)..]}";
            var undetectable = right[at] == right[at + 1] || (right[at], right[at + 1]) is ('0', '9') or ('9', '0');
            return Rpps.IsValid(swapped) == undetectable;
        }));

    private static void Caught(Gen<(string Right, string Wrong)> pairs, Func<string, bool> isValid) =>
        Check.QuickThrowOnFailure(Prop.ForAll(pairs.ToArbitrary(), pair => isValid(pair.Right) && !isValid(pair.Wrong)));

    private static Gen<string> Digits(int count) =>
        Gen.Select(Gen.ArrayOf(Gen.Choose(0, 9), count), digits => string.Concat(digits));

    private static Gen<(string Right, string Wrong)> OneDigitOff(int count) => OneDigitOff(Digits(count));

    /// <summary>Any digit, of the key too.</summary>
    private static Gen<(string Right, string Wrong)> OneDigitOff(Gen<string> numbers) =>
        from digits in numbers
        from at in Gen.Choose(0, digits.Length)
        from shift in Gen.Choose(1, 9)
        let right = WithKey(digits)
        select (right, right[..at] + (char)('0' + (right[at] - '0' + shift) % 10) + right[(at + 1)..]);

    private static string WithSumOfFive(string digits) => $"{digits}{(10 - (digits.Sum(c => c - '0') % 10)) % 10}";

    private static string WithKey(string digits) =>
        Enumerable.Range(0, 10).Select(key => $"{digits}{key}").Single(candidate => Keys.IsLuhn(candidate));
}
