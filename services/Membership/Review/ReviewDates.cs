using Intervision.Membership.Conventions;
using Intervision.Membership.History;
using Intervision.Membership.Poles;
using Intervision.Membership.Professionals;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Membership.Review;

/// <summary>Says what time alone has changed, up to the day: missed days are caught up with.</summary>
internal sealed class ReviewDates(Db db)
{
    public Task<ReviewDatesResponse> Handle(ReviewDatesRequest request, Call call) =>
        db.Once(call, request.RequestId, request, tx => Review(tx, Author.Of(call)));

    public static async Task<ReviewDatesResponse> Review(Tx tx, Author author)
    {
        // One review at a time, or two instances would lock each other out on the way.
        await tx.Execute("select pg_advisory_xact_lock(hashtext('review of dates'))");
        var today = Paris.DateOf(author.Time);
        // Pôles first: whoever changes a pôle locks it before what it refers to.
        var poles = await PoleReview.SayChangedReferents(tx, author, today);
        return new ReviewDatesResponse
        {
            ChangedPoles = poles,
            ChangedProfessionals = await ExpertReview.SayChangedExperts(tx, author, today),
            ExpiringConventions = await ConventionReview.SayExpiring(tx, author, today),
            EndedConventions = await ConventionReview.SayEnded(tx, author, today),
        };
    }
}
