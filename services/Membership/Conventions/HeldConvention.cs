using Intervision.Membership.History;
using Intervision.Membership.Organisations;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Conventions;

/// <summary>
/// A convention that a verb changes, with all those of its organisation: they stay as they are until the transaction
/// ends, because every change of a convention takes the organisation's lock first.
/// </summary>
/// <param name="Convention">As stored.</param>
/// <param name="All">Of the organisation, this one among them.</param>
internal sealed record HeldConvention(StoredConvention Convention, IReadOnlyList<StoredConvention> All)
{
    /// <exception cref="RuleBroken">NAME_INVALID, NOT_FOUND, ETAG_MISSING, ABORTED/ETAG_MISMATCH, CLOCK_BEFORE_LAST_CHANGE.</exception>
    public static async Task<HeldConvention> Hold(Tx tx, string name, string etag, Call call)
    {
        var id = IdOf(name) ?? throw RuleBroken.NotFound(name);
        var found = await ConventionStore.Find(tx, id) ?? throw RuleBroken.NotFound(name);
        var organisation = (await OrganisationStore.Lock(tx, found.Organisation))!;
        var all = await ConventionStore.OfOrganisations(tx, [found.Organisation]);
        var convention = all.Single(c => c.ConventionId == id);
        Etag.MustMatch(etag, convention.Version, name);
        Etag.MustNotPrecede(call.Now, convention.UpdateTime, name);
        Etag.MustNotPrecede(call.Now, organisation.UpdateTime, Names.Organisations + found.Organisation);
        return new HeldConvention(convention, all);
    }

    /// <summary>Null when no convention can have that name.</summary>
    public static Guid? IdOf(string name) =>
        Guid.TryParseExact(Names.MustBe(Names.Conventions, name), "D", out var id) ? id : null;

    /// <summary>Saves what the convention has become, and tells it: its own history, and its organisation's conventions as an event.</summary>
    /// <param name="withOrganisation">Its organisation is told too: what it has agreed is part of its state.</param>
    /// <returns>As stored.</returns>
    public static async Task<Convention> Save(Tx tx, Call call, StoredConvention next, bool withOrganisation = false, string explanation = "")
    {
        var today = Paris.DateOf(call.Now);
        var saved = next with { Version = next.Version + 1, UpdateTime = call.Now };
        await ConventionStore.Save(tx, saved);
        var all = await ConventionStore.OfOrganisations(tx, [saved.Organisation]);
        List<Told> told = [ConventionRules.History(saved, today), ConventionRules.Tell(Names.Organisations + saved.Organisation, all, today)];
        if (withOrganisation)
        {
            await OrganisationStore.Touch(tx, saved.Organisation, call.Now);
            told.AddRange((await OrganisationStore.States(tx, [saved.Organisation], today)).Select(Told.Of));
        }

        await Changes.Tell(tx, Author.Of(call), told, explanation);
        return saved.ToProto(today);
    }
}
