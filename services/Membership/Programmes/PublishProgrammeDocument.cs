using Intervision.Membership.History;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Programmes;

/// <summary>One more version of the charter or of the protocole d'utilisation; what was published stays as it is.</summary>
internal sealed class PublishProgrammeDocument(Db db)
{
    public Task<PublishProgrammeDocumentResponse> Handle(PublishProgrammeDocumentRequest request, Call call)
    {
        var code = Names.MustBe(Names.Programmes, request.Name);
        var document = request.Document?.Clone() ?? new ProgrammeDocument();
        document.Title = Texts.Canonical(document.Title);
        Check(document);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var locked = await ProgrammeStore.Lock(tx, code) ?? throw RuleBroken.NotFound(request.Name);
            locked.MustBe(request.Etag, call, request.Name);
            if (!await ProgrammeStore.AddDocument(tx, code, document))
            {
                throw RuleBroken.Exists(
                    "DOCUMENT_VERSION_EXISTS", $"La version {document.Version} de ce document est déjà publiée ; une version publiée ne change pas.",
                    ("version", document.Version));
            }

            await ProgrammeStore.Touch(tx, code, call.Now);
            var saved = (await ProgrammeStore.State(tx, code))!;
            await Changes.Tell(tx, call, Told.Of(saved));
            return new PublishProgrammeDocumentResponse { Programme = saved };
        });
    }

    private static void Check(ProgrammeDocument document)
    {
        var violations = new Violations();
        violations.Check(
            document.Kind is ProgrammeDocument.Types.Kind.Charter or ProgrammeDocument.Types.Kind.UseProtocol, "document.kind", "DOCUMENT_KIND_INVALID",
            "Le document est une charte ou un protocole d'utilisation.");
        violations.Check(
            Texts.IsVersion(document.Version), "document.version", "DOCUMENT_VERSION_INVALID",
            "La version est faite de lettres, chiffres, points, tirets et soulignés, 40 caractères au plus.");
        violations.Check(Texts.IsLabel(document.Title, 200), "document.title", "DOCUMENT_TITLE_INVALID", "Le titre est vide ou trop long.");
        violations.Check(Texts.IsSha256(document.Sha256), "document.sha256", "SHA256_INVALID", "L'empreinte SHA-256 a 64 chiffres hexadécimaux.");
        violations.Check(
            document.Uri.Length == 0 || Texts.IsHttpsUri(document.Uri), "document.uri", "URI_INVALID", "L'adresse du document commence par https://.");
        violations.Check(
            document.EffectiveDate.ToDate() is not null, "document.effective_date", "EFFECTIVE_DATE_INVALID", "La date d'effet manque ou n'est pas une date.");
        violations.ThrowIfAny();
    }
}
