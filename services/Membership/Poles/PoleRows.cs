using Intervision.Membership.History;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Poles;

/// <summary>
/// Pôles with their territory. A new one that could be activated is active, else it is a draft, and the result says what
/// is missing; one that is active, suspended or closed stays so whatever a file says.
/// </summary>
internal sealed class PoleRows() : RowKind<Pole>(r => r.Pole)
{
    private PoleReferences? known;
    private DateOnly day;

    protected override string KeyOf(Pole content) => PoleColumns.CodeOf(content);

    protected override void Check(Row<Pole> row)
    {
        PoleContent.Canonicalise(row.Content);
        Reject(row, PoleContent.Wrong(row.Content));
    }

    protected override async Task CheckReferences(Tx tx, IReadOnlyList<Row<Pole>> rows, DateTimeOffset now)
    {
        day = Paris.DateOf(now);
        known = await PoleReferences.Load(tx, rows.Select(r => r.Content).ToList(), day);
        foreach (var row in rows)
        {
            Reject(row, known.Unknown(row.Content));
            Reject(row, known.IsActive(row.Content) ? PoleContent.Unsaid(row.Content) : []);
            foreach (var warning in row.IsOpen ? known.WarningsOf(row.Content) : [])
            {
                row.Warn(warning.Message);
            }
        }
    }

    protected override Task<IReadOnlyList<Stored>> Load(Tx tx, string[] keys) =>
        tx.Query<Stored>(
            "select code as key, imported_hash, version, update_time from pole where code = any(@keys) order by code for update", new { keys });

    protected override Task<IReadOnlyList<Pole>> States(Tx tx, string[] keys, DateOnly today) => PoleStore.States(tx, keys, today);

    protected override Pole AsRow(Pole state)
    {
        var row = state.Clone();
        PoleContent.Canonicalise(row);
        return row;
    }

    protected override Task<IReadOnlyList<Told>> Tell(Tx tx, IReadOnlyList<Pole> states, DateOnly today) =>
        Task.FromResult<IReadOnlyList<Told>>([.. states.Select(Told.Of)]);

    protected override async Task Save(Tx tx, IReadOnlyList<Row<Pole>> changes, DateTimeOffset now)
    {
        var today = Paris.DateOf(now);
        foreach (var row in changes)
        {
            Warn(row);
        }

        await tx.Execute(
            """
            insert into pole (
              code, display_name, programme, seat_commune, area, rhythm, weekday, start_time, duration_minutes, modality, host, carrier,
              coordinator_email, coordinator_kind, active_from_date, state, imported_hash, version, update_time)
            select code, display_name, programme, seat_commune, area, rhythm, weekday, start_time, duration_minutes, modality, host, carrier,
              coordinator_email, coordinator_kind, active_from_date, state, decode(hash, 'base64'), version, @now
            from jsonb_to_recordset(@rows::jsonb) as r (
              code text, display_name text, programme text, seat_commune text, area text, rhythm smallint, weekday smallint, start_time time,
              duration_minutes int, modality smallint, host text, carrier text, coordinator_email text, coordinator_kind smallint,
              active_from_date date, state smallint, hash text, version bigint)
            on conflict (code) do update set
              display_name = excluded.display_name, programme = excluded.programme, seat_commune = excluded.seat_commune, area = excluded.area,
              rhythm = excluded.rhythm, weekday = excluded.weekday, start_time = excluded.start_time, duration_minutes = excluded.duration_minutes,
              modality = excluded.modality, host = excluded.host, carrier = excluded.carrier, coordinator_email = excluded.coordinator_email,
              coordinator_kind = excluded.coordinator_kind, active_from_date = excluded.active_from_date,
              state = case when pole.state = 1 then excluded.state else pole.state end,
              imported_hash = excluded.imported_hash, version = excluded.version, update_time = excluded.update_time
            """,
            new { now, rows = JsonRows.Of(changes.Select(Columns)) });
        await PoleWrites.SaveLists(tx, [.. changes.Select(r => r.Content)]);
        await SaveReferents(tx, changes, today);
    }

    private static void Reject(Row<Pole> row, IEnumerable<FieldViolation> wrong)
    {
        foreach (var violation in wrong)
        {
            row.Require(false, violation.Reason, violation.French);
        }
    }

    private void Warn(Row<Pole> row)
    {
        if (Missing(row.Content) is { Count: > 0 } missing)
        {
            row.Warn($"Le pôle reste un brouillon s'il l'était : {string.Join(' ', missing.Select(m => m.French))}");
        }
    }

    /// <summary>A row without a référent leaves the one in office.</summary>
    private IReadOnlyList<(string Reason, string French)> Missing(Pole said)
    {
        var pole = said.Clone();
        if (pole.Referent.Length == 0)
        {
            pole.Referent = known!.TermsOf(KeyOf(said)).FirstOrDefault(t => t.IsOn(day))?.Professional ?? "";
        }

        return Activation.Missing(pole, known!.HostsWithConvention);
    }

    private async Task SaveReferents(Tx tx, IReadOnlyList<Row<Pole>> changes, DateOnly today)
    {
        foreach (var pole in changes.Select(r => r.Content))
        {
            var professional = Names.IdOf(Names.Professionals, pole.Referent) ?? "";
            var (ends, begins) = Referents.TakeOver(KeyOf(pole), professional, known!.TermsOf(KeyOf(pole)), today, pole.ActiveFromDate.ToDate());
            await ReferentStore.End(tx, ends, today);
            await ReferentStore.Begin(tx, begins);
        }

        await ReferentStore.SayInOffice(tx, Keys(changes), today);
    }

    /// <summary>A new pôle that can be active is, and its first day is today's when none was said.</summary>
    private ImportedColumns Columns(Row<Pole> row)
    {
        var active = Missing(row.Content).Count == 0;
        return new(row.Content)
        {
            State = (int)(active ? Pole.Types.State.Active : Pole.Types.State.Draft),
            ActiveFromDate = row.Content.ActiveFromDate.ToDate() ?? (active ? day : null),
            Hash = row.Hash,
            Version = row.Version,
        };
    }

    private sealed class ImportedColumns(Pole pole) : PoleColumns(pole)
    {
        public int State { get; init; }

        public byte[] Hash { get; init; } = [];

        public long Version { get; init; }
    }
}
