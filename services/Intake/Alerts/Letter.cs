using System.Globalization;
using Intervision.Intake.V1;

namespace Intervision.Intake.Alerts;

/// <summary>An alert as it is printed and sent, in French.</summary>
internal static class Letter
{
    private static readonly CultureInfo French = CultureInfo.GetCultureInfo("fr-FR");

    public static string Of(Alert alert, AlertTexts texts) =>
        $"""
        Alerte aux autorités

        Destinataires : {(alert.Transmissions.Count == 0 ? "à choisir" : string.Join(" ; ", alert.Transmissions.Select(t => Recipients.French(t.Recipient))))}
        Thème : {string.Join(" ; ", alert.Motives.Concat(alert.Contexts).Concat(alert.Products))}
        Territoire : {Territory(alert.Territory)}
        Période : du {alert.FromDate.ToString("d MMMM yyyy", French)} au {alert.UntilDate.AddDays(-1).ToString("d MMMM yyyy", French)}
        Situations évoquées en intervision : {alert.ToldCount}

        Ce que nous constatons

        {texts.Facts.Trim()}

        Ce que nous demandons

        {texts.Request.Trim()}

        Les effectifs sont agrégés : « <5 » pour moins de cinq situations, par tranches de cinq au-delà. Aucune situation n'est décrite.
        """;

    private static string Territory(string territory) => territory.Split('/') switch
    {
        ["departements", var code] => $"département {code}",
        ["poles", var code] => $"pôle {code}",
        _ => "région Hauts-de-France",
    };
}
