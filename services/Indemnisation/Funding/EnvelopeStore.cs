using Google.Protobuf;
using Intervision.Indemnisation.Events.V1;
using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Funding;

/// <summary>An envelope and what weighs on it: reserved + calculated = engaged; consumed is part of calculated.</summary>
internal sealed record EnvelopeRow
{
    public string Name { get; init; } = "";

    public string FundingCode { get; init; } = "";

    public string Programme { get; init; } = "";

    public int FiscalYear { get; init; }

    public long AmountCents { get; init; }

    public int WarningPercent { get; init; }

    public long ReservedCents { get; init; }

    public long CalculatedCents { get; init; }

    public long ConsumedCents { get; init; }

    public int[] SaidPercents { get; init; } = [];

    /// <summary>When it was last set.</summary>
    public DateTimeOffset ChangeTime { get; init; }

    public long EngagedCents => checked(ReservedCents + CalculatedCents);

    public Envelope ToProto() => new()
    {
        Name = Name,
        FundingCode = FundingCode,
        Programme = Programme,
        FiscalYear = FiscalYear,
        Amount = AmountCents.ToMoney(),
        WarningPercent = WarningPercent,
        Engaged = EngagedCents.ToMoney(),
        Consumed = ConsumedCents.ToMoney(),
        Remaining = (AmountCents - EngagedCents).ToMoney(),
    };
}

internal static class EnvelopeStore
{
    private const string Columns =
        "name, funding_code, programme, fiscal_year, amount_cents, warning_percent, reserved_cents, calculated_cents, consumed_cents, said_percents, change_time";

    public static Task<EnvelopeRow?> LockOf(Tx tx, string programme, int fiscalYear) =>
        tx.SingleOrDefault<EnvelopeRow>(
            $"select {Columns} from envelope where programme = @programme and fiscal_year = @fiscalYear for update", new { programme, fiscalYear });

    /// <summary>Of each programme and year that has one.</summary>
    /// <param name="underLock">In the order of their names.</param>
    public static async Task<IReadOnlyDictionary<(string Programme, int FiscalYear), EnvelopeRow>> Of(
        Tx tx, IEnumerable<(string Programme, int FiscalYear)> wanted, bool underLock)
    {
        var keys = wanted.Distinct().ToList();
        var envelopes = await tx.Query<EnvelopeRow>(
            $"""
            select {Columns} from envelope where (programme, fiscal_year) in (select * from unnest(@programmes, @years))
            {(underLock ? "order by name collate \"C\" for update" : "")}
            """,
            new { programmes = keys.ConvertAll(k => k.Programme).ToArray(), years = keys.ConvertAll(k => k.FiscalYear).ToArray() });
        return envelopes.ToDictionary(e => (e.Programme, e.FiscalYear));
    }

    public static Task<IReadOnlyList<EnvelopeRow>> Page(Tx tx, string after, int limit) =>
        tx.Query<EnvelopeRow>($"select {Columns} from envelope where name > @after order by name limit @limit", new { after, limit });

    public static Task Put(Tx tx, EnvelopeRow envelope, DateTimeOffset now) =>
        tx.Execute(
            """
            insert into envelope (name, funding_code, programme, fiscal_year, amount_cents, warning_percent, change_time)
            values (@Name, @FundingCode, @Programme, @FiscalYear, @AmountCents, @WarningPercent, @now)
            on conflict (name) do update set amount_cents = @AmountCents, warning_percent = @WarningPercent, said_percents = @SaidPercents, change_time = @now
            """,
            new
            {
                envelope.Name,
                envelope.FundingCode,
                envelope.Programme,
                envelope.FiscalYear,
                envelope.AmountCents,
                envelope.WarningPercent,
                envelope.SaidPercents,
                now,
            });

    public static Task<bool> HasLeft(Tx tx, string name) =>
        tx.Single<bool>("select amount_cents > calculated_cents from envelope where name = @name", new { name });

    /// <summary>Moves what lines weigh, envelope by envelope in the order of their names, and says thresholds passed.</summary>
    /// <exception cref="OvertakenException">Somebody else's lines came first, and what was left is not any more.</exception>
    public static async Task Move(Tx tx, IReadOnlyList<Change> changes, DateTimeOffset now)
    {
        var weights = changes
            .SelectMany(c => new[] { c.Before is null ? null : Weight.Of(c.Before).Negated(), Weight.Of(c.After) })
            .OfType<Weight>()
            .Where(w => w.Envelope is not null)
            .GroupBy(w => w.Envelope!, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal);
        foreach (var weight in weights)
        {
            await Add(tx, weight.Key, weight.Sum(w => w.ReservedCents), weight.Sum(w => w.CalculatedCents), weight.Sum(w => w.ConsumedCents), now);
        }
    }

    /// <summary>Says the thresholds that are passed and were not said yet.</summary>
    public static async Task SayThresholds(Tx tx, EnvelopeRow envelope, DateTimeOffset now)
    {
        var passed = Thresholds.Passed(envelope.EngagedCents, envelope.AmountCents, envelope.WarningPercent);
        var news = passed.Except(envelope.SaidPercents).ToArray();
        if (news.Length == 0)
        {
            return;
        }

        await tx.Execute("update envelope set said_percents = said_percents || @news where name = @Name", new { envelope.Name, news });
        await Outbox.Append(tx, AggregateId.Of(envelope.Name), envelope.Name, now, [.. news.Select(percent => (IMessage)new EnvelopeThresholdReached
        {
            Envelope = envelope.Name,
            Percent = percent,
            EngagedCents = envelope.EngagedCents,
            AmountCents = envelope.AmountCents,
        })]);
    }

    private static async Task Add(Tx tx, string name, long reserved, long calculated, long consumed, DateTimeOffset now)
    {
        if ((reserved, calculated, consumed) == (0, 0, 0))
        {
            return;
        }

        var envelope = await tx.Single<EnvelopeRow>(
            $"""
            update envelope set reserved_cents = reserved_cents + @reserved, calculated_cents = calculated_cents + @calculated,
              consumed_cents = consumed_cents + @consumed
            where name = @name returning {Columns}
            """,
            new { name, reserved, calculated, consumed });
        if (calculated > 0 && envelope.CalculatedCents > envelope.AmountCents)
        {
            throw new OvertakenException(name);
        }

        await SayThresholds(tx, envelope, now);
    }
}

/// <summary>What one line weighs on its envelope.</summary>
internal sealed record Weight(string? Envelope, long ReservedCents, long CalculatedCents, long ConsumedCents)
{
    public static Weight Of(Line line) => line.State switch
    {
        LineState.Committed or LineState.Recorded => new(line.Envelope, line.AmountCents, 0, 0),
        LineState.Calculated or LineState.Approved or LineState.Rejected => new(line.Envelope, 0, line.AmountCents, 0),
        LineState.Issued or LineState.Paid => new(line.Envelope, 0, line.AmountCents, line.AmountCents),
        _ => new(line.Envelope, 0, 0, 0),
    };

    public Weight Negated() => checked(new(Envelope, -ReservedCents, -CalculatedCents, -ConsumedCents));
}

/// <summary>When an envelope warns: at its own percentage, and when all of it is engaged.</summary>
internal static class Thresholds
{
    private const int All = 100;

    public static IReadOnlyList<int> Passed(long engagedCents, long amountCents, int warningPercent) =>
        [.. new[] { warningPercent, All }.Distinct().Where(percent => engagedCents > 0 && (Int128)engagedCents * All >= (Int128)amountCents * percent)];
}
