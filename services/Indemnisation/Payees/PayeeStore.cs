using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Payees;

/// <summary>A payee as stored: IBAN in full, never answered so.</summary>
internal sealed record PayeeRow
{
    public string Name { get; init; } = "";

    public Payee.Types.Kind Kind { get; init; }

    public string HolderName { get; init; } = "";

    public string Siret { get; init; } = "";

    public string Iban { get; init; } = "";

    public string Bic { get; init; } = "";

    public int Version { get; init; } = 1;

    public string[] Professionals { get; init; } = [];

    public Payee ToProto() => new()
    {
        Name = Name,
        Kind = Kind,
        HolderName = HolderName,
        Siret = Siret,
        Iban = BankAccounts.Mask(Iban),
        Bic = Bic,
        Professionals = { Professionals },
        Etag = Etag.Of(Version),
    };
}

internal static class PayeeStore
{
    private const string Columns =
        """
        name, kind, holder_name, siret, iban, bic, version,
        array(select professional from payee_professional pp where pp.payee = p.name order by professional) as professionals
        """;

    public static Task<PayeeRow?> Find(Tx tx, string name) =>
        tx.SingleOrDefault<PayeeRow>($"select {Columns} from payee p where name = @name", new { name });

    public static Task<IReadOnlyList<PayeeRow>> Page(Tx tx, string after, int limit) =>
        tx.Query<PayeeRow>($"select {Columns} from payee p where name > @after order by name limit @limit", new { after, limit });

    /// <returns>The payee of each professional that has one.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> Of(Tx tx, IReadOnlyCollection<string> professionals) =>
        (await tx.Query<(string Professional, string Payee)>(
            "select professional, payee from payee_professional where professional = any(@names)", new { names = professionals.ToArray() }))
        .ToDictionary(p => p.Professional, p => p.Payee, StringComparer.Ordinal);

    /// <returns>Holder and account of each.</returns>
    public static async Task<IReadOnlyDictionary<string, PayeeRow>> Accounts(Tx tx, string[] names) =>
        (await tx.Query<PayeeRow>("select name, holder_name, iban, bic from payee where name = any(@names)", new { names }))
        .ToDictionary(p => p.Name, StringComparer.Ordinal);

    public static async Task Insert(Tx tx, PayeeRow payee, string creator, DateTimeOffset now)
    {
        await tx.Execute(
            """
            insert into payee (name, kind, holder_name, siret, iban, bic, creator, create_time)
            values (@Name, @Kind, @HolderName, @Siret, @Iban, @Bic, @creator, @now)
            """,
            new { payee.Name, Kind = (int)payee.Kind, payee.HolderName, payee.Siret, payee.Iban, payee.Bic, creator, now });
        await tx.Execute(
            "insert into payee_professional (professional, payee) select unnest(@Professionals), @Name",
            new { payee.Professionals, payee.Name });
    }
}
