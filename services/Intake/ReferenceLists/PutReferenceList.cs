using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.ReferenceLists;

/// <summary>Puts a version of a list of codes; the one put last is in force. Codes already in cases stay as they are.</summary>
internal sealed class PutReferenceList(Db db)
{
    private const int MaximumCodes = 200;
    private const int MaximumLength = 64;

    public Task<PutReferenceListResponse> Handle(PutReferenceListRequest request, Call call)
    {
        Validate(request);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            await tx.Execute("delete from reference_list where list = @List and version = @Version", new { request.List, request.Version });
            await tx.Execute(
                "insert into reference_list (list, version, codes, put_time) values (@List, @Version, @codes, @Now)",
                new { request.List, request.Version, codes = request.Codes.ToArray(), call.Now });
            return new PutReferenceListResponse { Codes = request.Codes.Count };
        });
    }

    internal static void Validate(PutReferenceListRequest request)
    {
        var violations = new Violations();
        violations.Check(ReferenceCodes.Lists.Contains(request.List), "list", "UNKNOWN_LIST", "Cette liste n'existe pas.");
        violations.Check(request.Version.Length is > 0 and <= 32, "version", "VERSION_INVALID", "La version compte de 1 à 32 caractères.");
        violations.Check(request.Codes.Count is > 0 and <= MaximumCodes, "codes", "CODES_COUNT", "Une liste compte de 1 à 200 codes.");
        violations.Check(
            request.Codes.All(c => c.Length is > 0 and <= MaximumLength && c.All(IsCodeCharacter)),
            "codes", "CODE_INVALID", "Un code compte de 1 à 64 majuscules, chiffres, « _ », « - » ou « + ».");
        violations.Check(
            request.Codes.Distinct(StringComparer.Ordinal).Count() == request.Codes.Count, "codes", "CODE_TWICE", "Un code figure deux fois.");
        violations.ThrowIfAny();
    }

    private static bool IsCodeCharacter(char c) => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '_' or '-' or '+';
}
