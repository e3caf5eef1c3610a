using System.Text;
using Intervision.Intake.Cases;
using Intervision.Intake.Encryption;
using Intervision.Intake.Events.V1;
using Intervision.Intake.IdentifyingText;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Case = Intervision.Intake.Cases.Case;

namespace Intervision.Intake.Decisions;

/// <summary>Records what the table decided: who does what by when. The wording is encrypted like the sheet.</summary>
internal sealed class RecordDecisions(Db db, Vault vault)
{
    public Task<RecordDecisionsResponse> Handle(RecordDecisionsRequest request, Call call)
    {
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var before = await CaseStore.LockFor(
                tx, request.Name, request.Etag, call, (c, caller) => caller.Has(Roles.Coordinator) || c.IsReferredBy(caller));
            var warnings = Validate(request, await KnownPeople(tx, request), await PoleSeats.Of(tx, before.Pole));
            var after = Decide(before, request);
            await Insert(tx, before, request, call);
            var saved = await CaseStore.Save(tx, before, after, "RecordDecisions", call);
            await Outbox.Append(tx, saved.Id, saved.Name, call.Now, Decided(saved, request));
            return new RecordDecisionsResponse { Case = saved.View(call.Caller), Warnings = { warnings } };
        });
    }

    /// <exception cref="RuleBroken">CASE_NOT_DISCUSSED, NOT_DISCUSSED_IN_SESSION, DUE_BEFORE_DISCUSSION.</exception>
    internal static Case Decide(Case before, RecordDecisionsRequest request)
    {
        before.MustBe("CASE_NOT_DISCUSSED", "Ce dossier n'a pas été évoqué, ou ses décisions sont déjà prises.", CaseState.Discussed);
        if (before.DiscussedSession != request.Session)
        {
            throw RuleBroken.NotNow("NOT_DISCUSSED_IN_SESSION", "Ce dossier n'a pas été évoqué dans cette séance.", "STATE", before.Name);
        }

        if (before.DiscussTime is { } time && request.Decisions.Any(d => d.DueDate.ToDate() < Paris.DateOf(time)))
        {
            throw RuleBroken.NotNow("DUE_BEFORE_DISCUSSION", "Une échéance précède la séance.", "STATE", before.Name);
        }

        return before with { State = CaseState.Decided };
    }

    /// <param name="seats">See <see cref="PoleSeats"/>.</param>
    /// <returns>Suspicions in the wordings.</returns>
    internal static IReadOnlyList<TextWarning> Validate(
        RecordDecisionsRequest request, IReadOnlyCollection<string> knownPeople, IReadOnlyCollection<string> seats)
    {
        var warnings = new List<TextWarning>();
        var v = new Violations();
        v.Check(SessionNames.IsValid(request.Session), "session", "SESSION_INVALID", "Le nom de la séance est obligatoire.");
        v.Check(request.Decisions.Count is >= 1 and <= 20, "decisions", "DECISIONS_COUNT", "De une à vingt décisions.");
        for (var i = 0; i < request.Decisions.Count; i++)
        {
            var (decision, field) = (request.Decisions[i], $"decisions[{i}]");
            v.Check(Orientations.All.Contains(decision.Orientation), $"{field}.orientation", "UNKNOWN_ORIENTATION", "Cette orientation n'est pas dans la liste.");
            v.Check(knownPeople.Contains(decision.Responsible), $"{field}.responsible", "UNKNOWN_PERSON", "Ce professionnel n'est pas dans l'annuaire.");
            v.Check(decision.DueDate.ToDate() is not null, $"{field}.due_date", "DUE_DATE_INVALID", "L'échéance est une date.");
            warnings.AddRange(Texts.AtMost(v, $"{field}.wording", decision.Wording, 500, seats));
        }

        v.ThrowIfAny();
        return warnings;
    }

    private static Task<IReadOnlyList<string>> KnownPeople(Tx tx, RecordDecisionsRequest request) =>
        tx.Query<string>(
            "select name from professional where name = any (@people)",
            new { people = request.Decisions.Select(d => d.Responsible).Distinct(StringComparer.Ordinal).ToArray() });

    private async Task Insert(Tx tx, Case of, RecordDecisionsRequest request, Call call)
    {
        var inserted = await tx.Execute(
            """
            insert into decision (case_id, session, position, orientation, responsible, due_date, patient_agreement_sought, recorder)
            select @Id, @Session, d.position, d.orientation, d.responsible, d.due_date, d.sought, @Subject
            from unnest(@orientations, @responsibles, @dueDates, @sought) with ordinality
              as d (orientation, responsible, due_date, sought, position)
            on conflict (case_id, session, position) do nothing
            """,
            new
            {
                of.Id,
                request.Session,
                call.Caller.Subject,
                orientations = request.Decisions.Select(d => d.Orientation).ToArray(),
                responsibles = request.Decisions.Select(d => d.Responsible).ToArray(),
                dueDates = request.Decisions.Select(d => d.DueDate.ToDate()!.Value).ToArray(),
                sought = request.Decisions.Select(d => d.PatientAgreementSought).ToArray(),
            });
        if (inserted < request.Decisions.Count)
        {
            // The same session spoke of it again after it was reopened.
            throw RuleBroken.NotNow("ALREADY_DECIDED_IN_SESSION", "Cette séance a déjà pris ses décisions sur ce dossier.", "STATE", of.Name);
        }

        for (var i = 0; i < request.Decisions.Count; i++)
        {
            if (request.Decisions[i].Wording.Length > 0)
            {
                await vault.Write(tx, of.Id, FieldOf(request.Session, i + 1), Encoding.UTF8.GetBytes(request.Decisions[i].Wording));
            }
        }
    }

    /// <summary>Name of a wording in the vault.</summary>
    internal static string FieldOf(string session, int position) => $"decision/{session}/{position}";

    private static CaseDecided Decided(Case decided, RecordDecisionsRequest request)
    {
        var said = new CaseDecided { Case = decided.Name, Session = request.Session };
        said.Orientations.Add(request.Decisions.Select(d => d.Orientation));
        return said;
    }
}
