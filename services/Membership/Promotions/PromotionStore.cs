using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Promotions;

/// <summary>SQL of promotion work.</summary>
internal static class PromotionStore
{
    public const string Collection = "promotions/";

    private const string Columns = "promotion_id, pole, professional, promotion_date, kind, contacts, note, retracted, version, update_time";

    /// <summary>Null when there is none; else nobody changes it until this transaction ends.</summary>
    public static Task<PromotionRow?> Lock(Tx tx, Guid id) =>
        tx.SingleOrDefault<PromotionRow>($"select {Columns} from promotion where promotion_id = @id for update", new { id });

    /// <summary>The pôle whose work it is; null when there is no such entry.</summary>
    public static Task<string?> PoleOf(Tx tx, Guid id) => tx.SingleOrDefault<string>("select pole from promotion where promotion_id = @id", new { id });

    public static async Task<Promotion> State(Tx tx, Guid id) =>
        (await Complete(tx, await tx.Query<PromotionRow>($"select {Columns} from promotion where promotion_id = @id", new { id })))[0];

    /// <param name="pole">Only of this pôle; null for all.</param>
    public static Task<IReadOnlyList<PromotionRow>> Page(Tx tx, Guid? after, int limit, string? pole) =>
        tx.Query<PromotionRow>(
            $"""
            select {Columns} from promotion
            where (@after::uuid is null or promotion_id > @after) and (@pole::text is null or pole = @pole)
            order by promotion_id limit @limit
            """,
            new { after, limit, pole });

    /// <summary>The rows with the structures met.</summary>
    public static async Task<IReadOnlyList<Promotion>> Complete(Tx tx, IReadOnlyList<PromotionRow> rows)
    {
        var met = (await tx.Query<(Guid Promotion, string Organisation)>(
            "select promotion_id, organisation from promotion_organisation where promotion_id = any(@ids) order by promotion_id, organisation",
            new { ids = rows.Select(r => r.PromotionId).ToArray() })).ToLookup(m => m.Promotion, m => m.Organisation);
        return [.. rows.Select(r => r.ToProto(met[r.PromotionId]))];
    }

    public static Task<int> Insert(Tx tx, Guid id, Promotion promotion, DateTimeOffset now) =>
        tx.Execute(
            """
            insert into promotion (promotion_id, pole, professional, promotion_date, kind, contacts, note, retracted, version, update_time)
            values (@id, @pole, @professional, @date, @kind, @Contacts, @Note, false, 1, @now);
            insert into promotion_organisation (promotion_id, organisation) select @id, unnest(@organisations)
            """,
            new
            {
                id,
                now,
                pole = Names.IdOf(Names.Poles, promotion.Pole),
                professional = Names.IdOf(Names.Professionals, promotion.Professional),
                date = promotion.Date.ToDate(),
                kind = (int)promotion.Kind,
                promotion.Contacts,
                promotion.Note,
                organisations = promotion.Organisations.Select(o => Names.IdOf(Names.Organisations, o)).ToArray(),
            });

    public static Task<int> Retract(Tx tx, Guid id, DateTimeOffset now) =>
        tx.Execute("update promotion set retracted = true, version = version + 1, update_time = @now where promotion_id = @id", new { id, now });
}

/// <summary>An entry as read.</summary>
internal sealed class PromotionRow
{
    public Guid PromotionId { get; init; }

    public string Pole { get; init; } = "";

    public string Professional { get; init; } = "";

    public DateOnly PromotionDate { get; init; }

    public int Kind { get; init; }

    public int Contacts { get; init; }

    public string Note { get; init; } = "";

    public bool Retracted { get; init; }

    public long Version { get; init; }

    public DateTimeOffset UpdateTime { get; init; }

    public string Name => $"{PromotionStore.Collection}{PromotionId}";

    public Promotion ToProto(IEnumerable<string> organisations) => new()
    {
        Name = Name,
        Pole = Names.Poles + Pole,
        Professional = Names.Professionals + Professional,
        Date = PromotionDate.ToProto(),
        Kind = (Promotion.Types.Kind)Kind,
        Contacts = Contacts,
        Organisations = { organisations.Select(o => Names.Organisations + o) },
        Note = Note,
        Retracted = Retracted,
        Etag = Etag.Of(Version),
    };
}
