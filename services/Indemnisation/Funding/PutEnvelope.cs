using Intervision.Indemnisation.Lines;
using Intervision.Indemnisation.V1;
using Intervision.Indemnisation.Years;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Indemnisation.Funding;

/// <summary>
/// Sets the envelope of a programme and year; lines that waited for it are calculated, and when it is raised those it had reduced get what
/// they lacked, unless the year is closed: its figures are given.
/// </summary>
public sealed class PutEnvelope(Db db, CalculateWaiting waiting, RestoreReduced reduced)
{
    public Task<PutEnvelopeResponse> Handle(PutEnvelopeRequest request, Call call)
    {
        var envelope = Read(request.Envelope ?? new Envelope());
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await References.Change(tx);
            var stored = await EnvelopeStore.LockOf(tx, envelope.Programme, envelope.FiscalYear);
            await EnvelopeStore.Put(tx, Decide(stored, envelope, call.Now), call.Now);
            await waiting.OfProgramme(tx, envelope.Programme, call.Now, envelope.FiscalYear);
            if (envelope.AmountCents > stored?.AmountCents && !(await FiscalYears.Closed(tx)).Contains(envelope.FiscalYear))
            {
                await reduced.OfEnvelope(tx, envelope.Name, call.Now);
            }

            var now = (await EnvelopeStore.LockOf(tx, envelope.Programme, envelope.FiscalYear))!;
            await EnvelopeStore.SayThresholds(tx, now, call.Now);
            return new PutEnvelopeResponse { Envelope = now.ToProto() };
        });
    }

    /// <summary>The amount may go up or down, but not under what is calculated; thresholds no longer passed may be said again.</summary>
    /// <exception cref="RuleBroken">ENVELOPE_EXISTS: another funding pays this programme and year. ENVELOPE_BELOW_CALCULATED.</exception>
    internal static EnvelopeRow Decide(EnvelopeRow? stored, EnvelopeRow given, DateTimeOffset now)
    {
        if (stored is null)
        {
            return given;
        }

        if (stored.Name != given.Name)
        {
            throw RuleBroken.Exists(
                "ENVELOPE_EXISTS", $"Le programme et l'exercice ont déjà l'enveloppe « {stored.Name} ».", ("name", stored.Name));
        }

        Etag.MustNotPrecede(now, stored.ChangeTime, stored.Name);
        if (given.AmountCents < stored.CalculatedCents)
        {
            throw RuleBroken.NotNow(
                "ENVELOPE_BELOW_CALCULATED", "L'enveloppe ne peut pas descendre sous ce qui est déjà liquidé.", subject: stored.Name, facts: ("name", stored.Name));
        }

        var passed = Thresholds.Passed(stored.EngagedCents, given.AmountCents, given.WarningPercent);
        return stored with
        {
            AmountCents = given.AmountCents,
            WarningPercent = given.WarningPercent,
            SaidPercents = [.. stored.SaidPercents.Intersect(passed)],
        };
    }

    private static EnvelopeRow Read(Envelope given)
    {
        var cents = given.Amount.ToCents();
        var violations = new Violations();
        var code = given.Programme.StartsWith("programmes/", StringComparison.Ordinal) ? given.Programme["programmes/".Length..] : "";
        violations.Check(
            given.Name == $"envelopes/{given.FundingCode}-{code}-{given.FiscalYear}", "envelope.name", "NAME_INVALID",
            "Le nom doit être envelopes/{financement}-{programme}-{exercice}.");
        violations.Check(given.FundingCode.Length is > 0 and <= 30 && given.FundingCode.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'), "envelope.funding_code", "FUNDING_CODE_INVALID", "Le code du financement n'est pas valable.");
        violations.Check(ResourceNames.IsNamed(given.Programme, "programmes"), "envelope.programme", "PROGRAMME_INVALID", "Le programme doit être de la forme programmes/{code}.");
        violations.Check(given.FiscalYear is >= 2000 and <= 2200, "envelope.fiscal_year", "FISCAL_YEAR_INVALID", "L'exercice n'est pas une année.");
        violations.Check(cents is >= 0, "envelope.amount", "AMOUNT_INVALID", "Le montant doit être en euros, au centime, et positif.");
        violations.Check(given.WarningPercent is >= 1 and <= 100, "envelope.warning_percent", "PERCENT_INVALID", "Le seuil d'alerte va de 1 à 100 %.");
        violations.ThrowIfAny();
        return new EnvelopeRow
        {
            Name = given.Name,
            FundingCode = given.FundingCode,
            Programme = given.Programme,
            FiscalYear = given.FiscalYear,
            AmountCents = cents!.Value,
            WarningPercent = given.WarningPercent,
        };
    }
}
