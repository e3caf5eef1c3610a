using Intervision.Indemnisation.Directory;
using Intervision.Indemnisation.Lines;
using Intervision.Membership.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Indemnisation.Events;

/// <summary>Who a professional is; lines that waited to know are calculated.</summary>
public sealed class OnProfessionalChanged(CalculateWaiting waiting)
{
    public async Task Handle(Tx tx, Received<ProfessionalChanged> received)
    {
        ArgumentNullException.ThrowIfNull(received);
        var professional = received.Event.Professional;
        await References.Change(tx);
        await DirectoryStore.PutProfessional(
            tx, professional.Name, professional.Rpps, $"{professional.FamilyName} {professional.GivenName}".Trim(),
            (int)professional.IdentifierSource, professional.IdentifierVerifiedDate.ToDate());
        await waiting.OfProfessionals(tx, [professional.Name], received.Time);
    }
}
