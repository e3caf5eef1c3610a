using Intervision.Membership.V1;
using Intervision.Scheduling.Events.V1;
using Intervision.ServiceDefaults.Messaging;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Hosting;

namespace Intervision.Membership.Tests;

/// <summary>What Scheduling says reaches Membership through its own queue, membership.scheduling.</summary>
public sealed class PresentedOverTheBrokerTests(PresentedOverTheBrokerTests.OnBroker membership) : IClassFixture<PresentedOverTheBrokerTests.OnBroker>
{
    [Fact]
    public async Task A_partner_presented_at_a_session_is_marked()
    {
        var desk = new ConventionDesk(membership);
        var host = await desk.Host();
        await membership.Directory.JoinProgrammeAsync(
            Once.WithId(new JoinProgrammeRequest { Name = host.Name, Etag = host.Etag, Programme = "programmes/SANTE_PRECARITE", FromDate = Sample.Date("2026-09-01") }),
            Tokens.As(Tokens.Coordinator(), MembershipFixture.Now));

        var postgres = await TestPostgres.Shared();
        var database = await postgres.NewDatabase("membership", typeof(Program).Assembly);
        await using var scheduling = await MessagingHost.Start("scheduling", postgres.App("membership", database), membership.Amqp);
        var session = $"sessions/{Guid.CreateVersion7()}";
        await scheduling.Db.InTransaction(
            tx => Outbox.Append(
                tx,
                AggregateId.Of(session),
                session,
                MembershipFixture.Now,
                [new PartnersPresented { Session = session, Programme = "programmes/SANTE_PRECARITE", Organisations = { host.Name }, Date = Sample.Date("2026-10-13") }]),
            CancellationToken.None);

        var marked = await Eventually.Is(() => desk.Organisation(host.Name), o => o.Memberships[0].PresentedDate is not null, "the membership is marked");
        Assert.Equal(session, marked.Memberships[0].PresentedSession);
    }

    /// <summary>With relay and consumer, on a virtual host of its own.</summary>
    public sealed class OnBroker : MembershipFixture
    {
        public string Amqp { get; private set; } = "";

        protected override void Configure(IWebHostBuilder builder)
        {
            ArgumentNullException.ThrowIfNull(builder);
            Amqp = TestBroker.Shared().GetAwaiter().GetResult().NewVirtualHost().GetAwaiter().GetResult();
            builder.UseSetting("Messaging:Enabled", "true");
            builder.UseSetting("ConnectionStrings:rabbitmq", Amqp);
        }

        protected override async Task Prepare() => await Import(Sample.Lille().Row());
    }
}
