using Intervision.Membership.History;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Conventions;

/// <summary>
/// Ended before its end; or given up before it ever was in force: a draft, or a signed one that has not begun. The only
/// way back from a renewal is to give it up first: what it renews can then end earlier.
/// </summary>
internal sealed class TerminateConvention(Db db)
{
    public Task<TerminateConventionResponse> Handle(TerminateConventionRequest request, Call call)
    {
        Names.MustBe(Names.Conventions, request.Name);
        var last = LastDay(request);
        return db.Once(call, request.RequestId, request, async tx =>
        {
            var held = await HeldConvention.Hold(tx, request.Name, request.Etag, call);
            var ended = Decide(held, last, Paris.DateOf(call.Now));
            var agreed = held.Convention.State == Convention.Types.State.Signed;
            var saved = await HeldConvention.Save(tx, call, ended, withOrganisation: agreed, request.Explanation);
            var day = last?.AddDays(1) ?? ended.StartDate;
            return new TerminateConventionResponse
            {
                Convention = saved,
                PolesWithoutHost = { agreed ? await ConventionStore.PolesWithoutHost(tx, ended.Organisation, day) : [] },
            };
        });
    }

    /// <param name="last">Last day in force; null to give it up.</param>
    internal static StoredConvention Decide(HeldConvention held, DateOnly? last, DateOnly today)
    {
        var convention = held.Convention;
        switch (ConventionRules.StateOn(convention, today))
        {
            case Convention.Types.State.Terminated:
                throw ConventionRules.Refused("CONVENTION_TERMINATED", "La convention est déjà résiliée.", convention);
            case Convention.Types.State.Expired:
                throw ConventionRules.Refused("CONVENTION_EXPIRED", $"La convention a pris fin le {convention.EndDate:dd/MM/yyyy}.", convention);
            case Convention.Types.State.Draft when last is not null:
                throw Wrong("TERMINATE_DATE_NOT_ALLOWED", "Un projet de convention s'abandonne sans date de fin : il n'a jamais été en vigueur.");
            case Convention.Types.State.Signed when last is null && convention.StartDate <= today:
                throw Wrong("TERMINATE_DATE_REQUIRED", "La convention est en vigueur : son dernier jour est obligatoire.");
        }

        ConventionRules.MustNotBeRenewed(convention, held.All);
        return last switch
        {
            null => convention with { State = Convention.Types.State.Terminated },
            _ when last < convention.StartDate =>
                throw Wrong("TERMINATE_DATE_BEFORE_START", $"La convention n'entre en vigueur que le {convention.StartDate:dd/MM/yyyy}."),
            _ when last < today => throw Wrong("TERMINATE_DATE_IN_PAST", "Une convention ne se résilie pas dans le passé."),
            _ when last > convention.EndDate => throw Wrong("TERMINATE_DATE_AFTER_END", $"La convention prend fin d'elle-même le {convention.EndDate:dd/MM/yyyy}."),
            _ => convention with { State = Convention.Types.State.Terminated, TerminateDate = last },
        };
    }

    private static DateOnly? LastDay(TerminateConventionRequest request)
    {
        var violations = new Violations();
        violations.Check(
            request.TerminateDate is null || request.TerminateDate.ToDate() is not null, "terminate_date", "TERMINATE_DATE_INVALID", "Ce n'est pas une date.");
        violations.Check(
            request.Explanation.Length <= Changes.LongestExplanation,
            "explanation",
            "EXPLANATION_TOO_LONG",
            $"L'explication a au plus {Changes.LongestExplanation} caractères.");
        violations.ThrowIfAny();
        return request.TerminateDate.ToDate();
    }

    private static RuleBroken Wrong(string reason, string french) => RuleBroken.Invalid("terminate_date", reason, french);
}
