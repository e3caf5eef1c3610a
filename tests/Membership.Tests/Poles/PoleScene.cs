using Grpc.Core;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>
/// Two communes, a host with a convention (590000014) and one without (590000022), a GP (PER-1), a pharmacist (PER-2), a
/// person without activity (PER-3); pôles of one's own for each test.
/// </summary>
public sealed class PoleScene : MembershipFixture
{
    public const string OtherHost = "organisations/590000022";

    private int last;

    public static string NewRequest() => Guid.CreateVersion7().ToString();

    public static Metadata As(DateTimeOffset? now = null) => Tokens.As(Tokens.Coordinator(), now ?? Now);

    public string NewCode() => $"X{Interlocked.Increment(ref last):D4}";

    public async Task<Pole> Draft(Action<Pole>? change = null) =>
        (await Directory.CreatePoleAsync(Creating(Sample.Pole(NewCode()).With(change ?? (_ => { }))), As())).Pole;

    public CreatePoleRequest Creating(Pole pole) => new() { RequestId = NewRequest(), Pole = pole };

    /// <summary>With PER-1 in office since 1 September 2018.</summary>
    public async Task<Pole> Staffed(Action<Pole>? change = null)
    {
        var draft = await Draft(change);
        return (await Directory.AppointReferentAsync(Appointing(draft, "2018-09-01"), As())).Pole;
    }

    public async Task<Pole> Active(Action<Pole>? change = null) => await Activate(await Staffed(change));

    public async Task<Pole> Activate(Pole pole) =>
        (await Directory.ActivatePoleAsync(new ActivatePoleRequest { RequestId = NewRequest(), Name = pole.Name, Etag = pole.Etag }, As())).Pole;

    public AppointReferentRequest Appointing(Pole pole, string from, string? until = null, string professional = "PER-1") => new()
    {
        RequestId = NewRequest(), Name = pole.Name, Etag = pole.Etag, Professional = "professionals/" + professional, FromDate = Sample.Date(from),
        UntilDate = until is null ? null : Sample.Date(until),
    };

    public async Task<Pole> Read(string name) => (await Directory.GetPoleAsync(new GetPoleRequest { Name = name }, As())).Pole;

    public async Task<IReadOnlyList<Pole>> Events(string name) => [.. (await Said(name)).Select(e => e.As<PoleChanged>().Pole)];

    public Task<long> HistoryRows(string resource) =>
        Db.Read(tx => tx.Single<long>("select count(*) from change where resource = @resource", new { resource }), CancellationToken.None);

    protected override async Task Prepare() => await Import(
        Sample.Lille().Row(),
        Sample.Commune("59009", "Villeneuve-d'Ascq", "59491").Row(),
        Sample.Organisation().Row(),
        Sample.Organisation("590000022").With(o => o.Convention = null).Row(),
        Sample.Professional().Row(),
        Sample.Professional("PER-2", "").With(p => p.Activities[0] = Sample.Activity("2020-01-01", code: "21")).Row(),
        Sample.Professional("PER-3", "").With(p => p.Activities[0].UntilDate = Sample.Date("2026-08-31")).Row());
}
