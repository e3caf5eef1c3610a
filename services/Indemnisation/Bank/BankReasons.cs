namespace Intervision.Indemnisation.Bank;

/// <summary>ISO's codes of why a payment was rejected or came back, in French for finance staff.</summary>
internal static class BankReasons
{
    /// <summary>ISO: the reason is told in words. Stands for codes of the bank's own, which may be any text.</summary>
    private const string InWords = "NARR";

    private static readonly Dictionary<string, string> French = new(StringComparer.Ordinal)
    {
        ["AC01"] = "numéro de compte incorrect",
        ["AC03"] = "compte du bénéficiaire incorrect",
        ["AC04"] = "compte clos",
        ["AC06"] = "compte bloqué",
        ["AC13"] = "nature du compte incorrecte",
        ["AG01"] = "opération interdite sur ce compte",
        ["AG02"] = "code d'opération incorrect",
        ["AM01"] = "montant nul",
        ["AM02"] = "montant supérieur au maximum autorisé",
        ["AM03"] = "devise non traitée",
        ["AM04"] = "provision insuffisante",
        ["AM05"] = "opération en double",
        ["AM09"] = "montant incorrect",
        ["AM10"] = "somme de contrôle incorrecte",
        ["BE01"] = "bénéficiaire non cohérent avec le compte",
        ["BE04"] = "adresse du bénéficiaire manquante",
        ["CNOR"] = "banque du bénéficiaire non joignable",
        ["CUST"] = "à la demande du client",
        ["DT01"] = "date d'exécution incorrecte",
        ["DUPL"] = "opération en double",
        ["ED05"] = "règlement échoué",
        ["FF01"] = "format de fichier incorrect",
        ["FOCR"] = "à la suite d'une demande de rappel",
        ["MD07"] = "titulaire décédé",
        ["MS02"] = "motif non précisé par le client",
        ["MS03"] = "motif non précisé par la banque",
        [InWords] = "motif propre à la banque : voir son fichier",
        ["RC01"] = "BIC incorrect",
        ["RR04"] = "motif réglementaire",
        ["TM01"] = "fichier reçu trop tard",
    };

    /// <summary>From <c>Rsn/Cd</c> or <c>Rsn/Prtry</c>: nothing but a code of ISO's form is kept or said to anybody.</summary>
    public static string Read(Step leaf) => leaf.Path.EndsWith("/Cd", StringComparison.Ordinal) && IsCode(leaf.Value) ? leaf.Value : InWords;

    /// <summary>Four capital letters and digits at most.</summary>
    public static bool IsCode(string text) => text.Length is > 0 and <= 4 && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c));

    /// <summary><c>AC04 (compte clos)</c>.</summary>
    public static string Sentence(string reason) =>
        reason.Length == 0 ? "motif non indiqué" : French.TryGetValue(reason, out var french) ? $"{reason} ({french})" : reason;
}
