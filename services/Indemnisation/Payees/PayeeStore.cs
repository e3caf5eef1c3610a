using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Payees;

/// <summary>A payee with the account in force: IBAN in full, never answered so.</summary>
internal sealed record PayeeRow
{
    public string Name { get; init; } = "";

    public Payee.Types.Kind Kind { get; init; }

    public string HolderName { get; init; } = "";

    public string Siret { get; init; } = "";

    public string Iban { get; init; } = "";

    public string Bic { get; init; } = "";

    /// <summary>Mailbox told of changes of the account; may be empty.</summary>
    public string Contact { get; init; } = "";

    /// <summary>Why nothing is paid to it now; empty when nothing is in the way.</summary>
    public string HoldReason { get; init; } = "";

    public int Version { get; init; } = 1;

    public DateTimeOffset ChangeTime { get; init; }

    /// <summary>Paid through it today.</summary>
    public string[] Professionals { get; init; } = [];

    public Payee ToProto() => new()
    {
        Name = Name,
        Kind = Kind,
        HolderName = HolderName,
        Siret = Siret,
        Iban = BankAccounts.Mask(Iban),
        Bic = Bic,
        Contact = Contact,
        Professionals = { Professionals },
        Etag = Etag.Of(Version),
    };
}

internal static class PayeeStore
{
    private const string Columns =
        """
        p.name, p.kind, a.holder_name, p.siret, a.iban, a.bic, p.contact, a.hold_reason, p.version, p.change_time,
        array(select professional from payee_professional l where l.payee = p.name and l.valid @> @today order by professional) as professionals
        """;

    private const string From = "payee p join payee_account(@now) a on a.payee = p.name";

    public static Task<PayeeRow?> Find(Tx tx, string name, DateTimeOffset now) =>
        tx.SingleOrDefault<PayeeRow>($"select {Columns} from {From} where p.name = @name", new { name, now, today = Paris.DateOf(now) });

    /// <summary>Under the lock of its row.</summary>
    public static async Task<PayeeRow?> Lock(Tx tx, string name, DateTimeOffset now)
    {
        await tx.Execute("select from payee where name = @name for update", new { name });
        return await Find(tx, name, now);
    }

    public static Task<IReadOnlyList<PayeeRow>> Page(Tx tx, string after, int limit, DateTimeOffset now) =>
        tx.Query<PayeeRow>(
            $"select {Columns} from {From} where p.name > @after order by p.name limit @limit", new { after, limit, now, today = Paris.DateOf(now) });

    /// <returns>The payee, on the day, of each professional that has one.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> Of(Tx tx, IReadOnlyCollection<string> professionals, DateOnly date) =>
        (await tx.Query<(string Professional, string Payee)>(
            "select professional, payee from payee_professional where professional = any(@names) and valid @> @date",
            new { names = professionals.ToArray(), date }))
        .ToDictionary(p => p.Professional, p => p.Payee, StringComparer.Ordinal);

    /// <returns>A payee of each professional that has one on some day of the period.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> Within(Tx tx, IReadOnlyCollection<string> professionals, DateOnly? from, DateOnly? until) =>
        (await tx.Query<(string Professional, string Payee)>(
            """
            select distinct on (professional) professional, payee from payee_professional
            where professional = any(@names) and valid && daterange(@from, @until) order by professional, valid
            """,
            new { names = professionals.ToArray(), from, until }))
        .ToDictionary(p => p.Professional, p => p.Payee, StringComparer.Ordinal);

    /// <returns>Holder and account in force of each, and whether it may be paid now.</returns>
    public static async Task<IReadOnlyDictionary<string, PayeeRow>> Accounts(Tx tx, string[] names, DateTimeOffset now) =>
        (await tx.Query<PayeeRow>("select payee as name, holder_name, iban, bic, hold_reason from payee_account(@now) where payee = any(@names)", new { names, now }))
        .ToDictionary(p => p.Name, StringComparer.Ordinal);

    public static async Task Insert(Tx tx, PayeeRow payee, string creator, DateTimeOffset now)
    {
        await tx.Execute(
            """
            insert into payee (name, kind, holder_name, siret, iban, bic, contact, creator, create_time, change_time)
            values (@Name, @Kind, @HolderName, @Siret, @Iban, @Bic, @Contact, @creator, @now, @now)
            """,
            new { payee.Name, Kind = (int)payee.Kind, payee.HolderName, payee.Siret, payee.Iban, payee.Bic, payee.Contact, creator, now });
        await tx.Execute(
            "insert into payee_professional (professional, payee) select unnest(@Professionals), @Name",
            new { payee.Professionals, payee.Name });
    }

    /// <summary>Its SIRET and contact, and who changed them; the caller holds its lock.</summary>
    public static Task Update(Tx tx, PayeeRow before, PayeeRow next, Call call) => tx.Execute(
        """
        insert into payee_update (payee, version, siret_before, contact_before, updater, update_time) values (@Name, @Version, @SiretBefore, @ContactBefore, @Subject, @Now);
        update payee set siret = @Siret, contact = @Contact, version = version + 1, change_time = @Now where name = @Name
        """,
        new { next.Name, before.Version, SiretBefore = before.Siret, ContactBefore = before.Contact, call.Caller.Subject, call.Now, next.Siret, next.Contact });

    /// <summary>What was added beside it counts as a change of it; the caller holds its lock.</summary>
    public static Task Touch(Tx tx, string name, DateTimeOffset now) =>
        tx.Execute("update payee set version = version + 1, change_time = @now where name = @name", new { name, now });
}
