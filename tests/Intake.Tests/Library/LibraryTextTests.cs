using Intervision.Intake.Library;
using Intervision.ServiceDefaults.Grpc;

namespace Intervision.Intake.Tests.Library;

/// <summary>What a text that anybody will read may not hold.</summary>
public sealed class LibraryTextTests
{
    [Theory]
    [InlineData("Le voisin de Karim s'inquiète.", "Karim")]
    [InlineData("Il vit à Lens depuis longtemps.", "Lens")]
    [InlineData("Hospitalisée à l'Institut du coin.", "Institut")]
    [InlineData("Le dossier DUPONT revient souvent.", "DUPONT")]
    [InlineData("Mme Untel ne vient plus.", "Mme Untel")]
    [InlineData("Depuis le mois de mars, rien.", "mars")]
    [InlineData("Âgé de 47 ans, il travaille.", "47 ans")]
    [InlineData("Un enfant de 3ans à charge.", "3ans")]
    [InlineData("Voir le dossier SIT-7F3K-92QD déjà connu.", "SIT-7F3K-92QD")]
    [InlineData("Voir sit 7F3K 92QD déjà connu.", "sit 7F3K 92QD")]
    [InlineData("Code postal 62300 du quartier.", "62300")]
    [InlineData("Joindre le 06 12 34 56 78 le soir.", "06 12 34 56 78")]
    [InlineData("Vu le 12/03/25 en urgence.", "12/03/25")]
    [InlineData("Signé J.D. en bas.", "J.D.")]
    [InlineData("Habite 12 rue des lilas.", "12 rue")]
    [InlineData("Elle habite à côté de la gare.", "habite à")]
    public void Is_refused_where_it_stands(string text, string span)
    {
        var v = Checked(text);
        var start = text.IndexOf(span, StringComparison.Ordinal) + 1;
        Assert.All(v, violation => Assert.Equal("IDENTIFYING_TEXT", violation.Reason));
        Assert.Contains(v, violation => violation.French.Contains($"(caractères {start} à ", StringComparison.Ordinal));
        Assert.DoesNotContain(v, violation => violation.French.Contains(span, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("La personne vient chaque semaine. Elle voit le CSAPA et le CMP. « Que faire ? » demande l'équipe.")]
    [InlineData("Trois acteurs :\n- Le médecin traitant ;\n- La pharmacie ;\n- Un éducateur du CAARUD.")]
    [InlineData("Depuis une dizaine d'années, au 1er trimestre 2025 surtout… Puis plus rien ! Et après ? Un suivi.")]
    [InlineData("Une dose de 40 mg, deux fois par jour, et le RSA depuis peu.")]
    [InlineData("Un texte avec une espace insécable\u00A0: rien d'autre.")]
    public void Is_not_what_a_text_is_made_of(string text) => Assert.Empty(Checked(text));

    [Theory]
    [InlineData("Un nom ca\u200Bché dans ce texte.")]
    [InlineData("Un texte \u202Eretourné ici.")]
    [InlineData("Un signe \uE000 privé ici.")]
    [InlineData("Un signe \u0007 de contrôle.")]
    [InlineData("Un trait d'union\u00AD caché.")]
    public void Is_no_invisible_character(string text) => Assert.Equal("CHARACTER_NOT_ALLOWED", Assert.Single(Checked(text)).Reason);

    [Theory]
    [InlineData("", "TEXT_MISSING")]
    [InlineData("Court.", "TEXT_TOO_SHORT")]
    public void Has_a_length(string text, string reason) => Assert.Equal(reason, Assert.Single(Checked(text)).Reason);

    [Fact]
    public void Has_a_length_in_characters_not_in_bytes()
    {
        Assert.Empty(Checked(string.Concat(Enumerable.Repeat("🙂", 200))));
        Assert.Equal("TEXT_TOO_LONG", Assert.Single(Checked(string.Concat(Enumerable.Repeat("🙂", 201)))).Reason);
        Assert.Equal("é\nb", PublicText.Normal("  e\u0301\r\nb \n"));
    }

    [Theory]
    [InlineData("Nous dirons que le suivi est irrégulier, avec plusieurs prescripteurs, et que cela dure.", false)]
    [InlineData("LE SUIVI est irrégulier - avec plusieurs prescripteurs dans la même ville !", true)]
    [InlineData("suivi est irrégulier avec plusieurs prescripteurs dans la", true)]
    [InlineData("irrégulier avec plusieurs prescripteurs dans la même", false)]
    [InlineData("", false)]
    public void Eight_words_in_a_row_are_copied(string text, bool copied) =>
        Assert.Equal(copied, CopiedText.IsIn(text, ["Autre chose.", "Le suivi est irrégulier, avec plusieurs prescripteurs dans la même ville."]));

    /// <summary>A hostile author's longest text costs no time to speak of.</summary>
    [Theory]
    [InlineData("A")]
    [InlineData("1 ")]
    [InlineData("« ")]
    [InlineData("A. ")]
    [InlineData("Aa")]
    public void Long_nonsense_is_read_in_no_time(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, 3000 / piece.Length));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var v = new Violations();
        PublicText.Check(v, "text", text, 1, 3000);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
    }

    private static IReadOnlyList<FieldViolation> Checked(string text)
    {
        var v = new Violations();
        PublicText.Check(v, "text", text, 10, 200);
        return v.Any ? Assert.Throws<RuleBroken>(v.ThrowIfAny).Violations : [];
    }
}
