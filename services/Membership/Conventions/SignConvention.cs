using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Conventions;

/// <summary>DRAFT to SIGNED, with the fingerprint of the document that both sides hold.</summary>
internal sealed class SignConvention(Db db)
{
    public Task<SignConventionResponse> Handle(SignConventionRequest request, Call call)
    {
        Names.MustBe(Names.Conventions, request.Name);
        var today = Paris.DateOf(call.Now);
        Check(request, today);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var held = await HeldConvention.Hold(tx, request.Name, request.Etag, call);
            var signed = Decide(held, request.SignDate.ToDate()!.Value, Convert.FromHexString(request.DocumentSha256));
            return new SignConventionResponse { Convention = await HeldConvention.Save(tx, call, signed, withOrganisation: true) };
        });
    }

    internal static StoredConvention Decide(HeldConvention held, DateOnly signDate, byte[] documentSha256)
    {
        var draft = held.Convention;
        ConventionRules.MustBeDraft(draft);
        if (signDate > draft.EndDate)
        {
            throw RuleBroken.Invalid("sign_date", "SIGN_DATE_AFTER_END", $"La convention se termine le {draft.EndDate:dd/MM/yyyy} : elle ne se signe plus.");
        }

        if (ConventionRules.Overlapping(draft.StartDate, draft.EndDate, held.All) is { } other)
        {
            throw RuleBroken.NotNow(
                "CONVENTION_OVERLAP",
                $"La convention chevauche {other.Name} (du {other.StartDate:dd/MM/yyyy} au {other.LastDate:dd/MM/yyyy} inclus).",
                "CONVENTION",
                other.Name,
                ("name", draft.Name),
                ("conflict", other.Name));
        }

        return draft with { State = Convention.Types.State.Signed, SignedDate = signDate, DocumentSha256 = documentSha256 };
    }

    private static void Check(SignConventionRequest request, DateOnly today)
    {
        var violations = new Violations();
        if (violations.Check(request.SignDate.ToDate() is not null, "sign_date", "SIGN_DATE_INVALID", "Le jour de la signature est obligatoire."))
        {
            violations.Check(request.SignDate.ToDate() <= today, "sign_date", "SIGN_DATE_IN_FUTURE", "Le jour de la signature ne peut être dans l'avenir.");
        }

        violations.Check(
            Texts.IsSha256(request.DocumentSha256),
            "document_sha256",
            "DOCUMENT_SHA256_INVALID",
            "L'empreinte SHA-256 du document signé s'écrit en 64 chiffres hexadécimaux.");
        violations.ThrowIfAny();
    }
}
