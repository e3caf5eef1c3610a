using Intervision.Membership.History;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Promotions;

/// <summary>What was done to make intervisions known ("la promotion de l'outil sur son secteur", DOMAIN §1). No other service needs to know: no event.</summary>
internal sealed class RecordPromotion(Db db)
{
    private const int LongestNote = 500;
    private const int MostOrganisations = 20;
    private const int MostContacts = 10_000;

    public Task<RecordPromotionResponse> Handle(RecordPromotionRequest request, Call call)
    {
        var promotion = request.Promotion?.Clone() ?? new Promotion();
        call.Caller.MustOrganise(promotion.Pole);
        promotion.Note = Texts.Canonical(promotion.Note);
        Territories.Canonicalise(promotion.Organisations);
        Check(promotion, Paris.DateOf(call.Now)).ThrowIfAny();
        return db.Once(call, request.RequestId, request, async tx =>
        {
            (await Unknown(tx, promotion)).ThrowIfAny();
            var id = Guid.CreateVersion7(call.Now);
            await PromotionStore.Insert(tx, id, promotion, call.Now);
            var recorded = await PromotionStore.State(tx, id);
            await Changes.Tell(tx, call, new Told(recorded.Name, recorded, Event: null));
            return new RecordPromotionResponse { Promotion = recorded };
        });
    }

    /// <summary>Pure: what is wrong in itself, in field order.</summary>
    internal static Violations Check(Promotion promotion, DateOnly today)
    {
        var violations = new Violations();
        violations.Check(Names.IdOf(Names.Poles, promotion.Pole) is not null, "promotion.pole", "POLE_INVALID", "Le pôle doit avoir la forme « poles/P12 ».");
        violations.Check(
            Names.IdOf(Names.Professionals, promotion.Professional) is not null, "promotion.professional", "PROFESSIONAL_INVALID",
            "Le professionnel doit avoir la forme « professionals/{identifiant} ».");
        if (violations.Check(promotion.Date.ToDate() is not null, "promotion.date", "DATE_INVALID", "Le jour manque ou n'est pas une date."))
        {
            violations.Check(promotion.Date.ToDate() <= today, "promotion.date", "DATE_IN_FUTURE", "Le jour est à venir.");
        }

        violations.Check(
            Enum.IsDefined(promotion.Kind) && promotion.Kind != Promotion.Types.Kind.Unspecified, "promotion.kind", "KIND_INVALID",
            "La nature de l'action n'est pas dans la liste.");
        violations.Check(
            promotion.Contacts is >= 1 and <= MostContacts, "promotion.contacts", "CONTACTS_INVALID",
            $"Le nombre de personnes touchées est compris entre 1 et {MostContacts}.");
        violations.Check(
            promotion.Organisations.Count <= MostOrganisations, "promotion.organisations", "TOO_MANY_ORGANISATIONS",
            $"Une action compte au plus {MostOrganisations} structures.");
        violations.Check(
            promotion.Organisations.All(o => Names.IdOf(Names.Organisations, o) is not null), "promotion.organisations", "ORGANISATION_INVALID",
            "Une structure doit avoir la forme « organisations/590000014 ».");
        violations.Check(promotion.Note.Length <= LongestNote, "promotion.note", "NOTE_TOO_LONG", $"La note a au plus {LongestNote} caractères.");
        return violations;
    }

    private static async Task<Violations> Unknown(Tx tx, Promotion promotion)
    {
        var organisations = promotion.Organisations.Select(o => Names.IdOf(Names.Organisations, o)!).ToArray();
        var known = await tx.Single<(bool Pole, bool Professional, long Organisations)>(
            """
            select exists (select from pole where code = @pole), exists (select from professional where professional_id = @professional),
                   (select count(*) from organisation where identifier = any(@organisations))
            """,
            new
            {
                pole = Names.IdOf(Names.Poles, promotion.Pole), professional = Names.IdOf(Names.Professionals, promotion.Professional), organisations,
            });
        var violations = new Violations();
        violations.Check(known.Pole, "promotion.pole", "UNKNOWN_POLE", $"« {promotion.Pole} » n'est pas connu de l'annuaire.");
        violations.Check(known.Professional, "promotion.professional", "UNKNOWN_PROFESSIONAL", $"« {promotion.Professional} » n'est pas connu de l'annuaire.");
        violations.Check(known.Organisations == organisations.Length, "promotion.organisations", "UNKNOWN_ORGANISATION", "Une des structures n'est pas connue de l'annuaire.");
        return violations;
    }
}
