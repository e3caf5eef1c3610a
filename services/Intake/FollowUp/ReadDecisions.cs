using System.Text;
using Intervision.Intake.AccessLog;
using Intervision.Intake.Cases;
using Intervision.Intake.Consents;
using Intervision.Intake.Decisions;
using Intervision.Intake.Encryption;
using Intervision.Intake.Sheets;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.FollowUp;

/// <summary>
/// Reads what was decided in the words of the table: what goes back to the requester and the attending physician (DOMAIN
/// §5), and to whoever is to carry it out. Given or refused, the access log has it.
/// </summary>
internal sealed class ReadDecisions(Db db, Vault vault)
{
    public const string Responsible = "RESPONSIBLE";
    private const string Action = "READ_DECISIONS";
    private const string Purpose = "FOLLOW_UP";

    private static readonly Tie[] ToWhom = [Tie.Requester, Tie.Facilitator, Tie.AttendingPhysician];

    public async Task<ReadDecisionsResponse> Handle(ReadDecisionsRequest request, Call call)
    {
        // The refusal is committed to the log before it is answered, so it is a value in here.
        var (response, refusal) = await db.InTransaction(tx => Read(tx, request, call), call.Cancellation);
        return response ?? throw refusal!;
    }

    private async Task<(ReadDecisionsResponse? Response, RuleBroken? Refusal)> Read(Tx tx, ReadDecisionsRequest request, Call call)
    {
        var found = await CaseStore.Lock(tx, request.Case);
        if (found is null)
        {
            return (null, RuleBroken.Denied());
        }

        var reader = await Reader.Of(tx, found, call);
        var scope = (await ConsentStore.Last(tx, found)).Scope;
        var rows = await tx.Query<Row>(Sql, new { found.Id });
        var own = rows.Where(r => reader.Names.Contains(r.Responsible)).ToList();
        var actingAs = "";
        try
        {
            actingAs = Decide(found, reader, scope, own.Count > 0);
            MustBeThere(found, rows);
        }
        catch (RuleBroken refusal)
        {
            await AccessTrace.Append(tx, call, found.Id, Action, Purpose, refusal.Reason, actingAs);
            return (null, refusal);
        }

        await AccessTrace.Append(tx, call, found.Id, Action, Purpose, AccessTrace.Given, actingAs);
        var response = new ReadDecisionsResponse { ActingAs = actingAs };
        foreach (var row in actingAs == Responsible ? own : rows)
        {
            response.Decisions.Add(await Shown(tx, found, row));
        }

        return (response, null);
    }

    /// <summary>As whom it is given; whoever is only responsible for a decision gets that one.</summary>
    /// <exception cref="RuleBroken">PERMISSION_DENIED, CONSENT_NOT_GRANTED, SHEET_LOCKED, PURPOSE_DOES_NOT_FIT, CATEGORY_NOT_INFORMED.</exception>
    internal static string Decide(Case found, Reader reader, Scope scope, bool isResponsible)
    {
        var ties = reader.Ties(found).Where(ToWhom.Contains).Select(t => (Tie: t, Name: ReadSheet.Name(t))).ToList();
        if (isResponsible && SheetVisibility.May(Tie.Actor, Purpose, found.State))
        {
            ties.Add((Tie.Actor, Responsible));
        }

        if (ties.Count == 0 || !reader.Caller.HasAny(Roles.Professional, Roles.Referent) || reader.IsExcludedFrom(scope))
        {
            throw RuleBroken.Denied();
        }

        ReadableSheet.MustHaveConsent(found);
        var fitting = ties.Where(t => SheetVisibility.May(t.Tie, Purpose, found.State)).ToList();
        if (fitting.Count == 0)
        {
            throw RuleBroken.NotNow("PURPOSE_DOES_NOT_FIT", "Les décisions se lisent une fois le dossier évoqué.", "STATE", found.Name);
        }

        return fitting.Where(t => ReadSheet.IsTold(t.Tie, reader.Category, scope)).Select(t => t.Name).FirstOrDefault()
            ?? throw RuleBroken.NotNow(
                "CATEGORY_NOT_INFORMED", "Le patient n'a pas été informé que des professionnels de votre catégorie seraient présents.", "CONSENT", found.Name);
    }

    private static void MustBeThere(Case found, IReadOnlyList<Row> rows)
    {
        if (rows.Count == 0)
        {
            throw RuleBroken.NotNow("CASE_NOT_DECIDED", "Aucune séance n'a encore pris de décision sur ce dossier.", "STATE", found.Name);
        }

        if (rows[0].Erased)
        {
            throw RuleBroken.NotNow("SHEET_ERASED", "Les textes de ce dossier ont été effacés.", "STATE", found.Name);
        }
    }

    private const string Sql =
        $"""
        select i.rank, d.session, d.position, d.orientation, d.responsible, d.due_date, {Vault.Erased} as erased
        from decision d join intervision i using (case_id, session) join cases c on c.id = d.case_id
        where d.case_id = @Id order by i.rank, d.position
        """;

    private async Task<ReadDecisionsResponse.Types.WordedDecision> Shown(Tx tx, Case found, Row row) => new()
    {
        Rank = row.Rank,
        Position = row.Position,
        Orientation = row.Orientation,
        Responsible = row.Responsible,
        DueDate = row.DueDate.ToProto(),
        Wording = Encoding.UTF8.GetString(await vault.Read(tx, found.Id, RecordDecisions.FieldOf(row.Session, row.Position)) ?? []),
    };

    private sealed class Row
    {
        public int Rank { get; init; }

        public string Session { get; init; } = "";

        public int Position { get; init; }

        public string Orientation { get; init; } = "";

        public string Responsible { get; init; } = "";

        public DateOnly DueDate { get; init; }

        public bool Erased { get; init; }
    }
}
