using Google.Protobuf;
using Grpc.Core;
using Intervision.Intake.Events.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Messaging;
using Intervision.ServiceDefaults.Security;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>What comes in from outside: clocks, keys, money, civil time, event types.</summary>
public sealed class EdgeTests
{
    [Theory]
    [InlineData("Development", "2026-10-25T02:30:00+02:00", null)]
    [InlineData("Development", "tomorrow", "CLOCK_OVERRIDE_INVALID")]
    [InlineData("Production", "2026-10-25T02:30:00Z", "CLOCK_OVERRIDE_REFUSED")]
    [InlineData("Staging", "2026-10-25T02:30:00Z", "CLOCK_OVERRIDE_REFUSED")]
    public void The_clock_is_overridden_in_Development_only(string environment, string said, string? reason)
    {
        var clock = new CallClock(TimeProvider.System, Host.CreateEmptyApplicationBuilder(new() { EnvironmentName = environment }).Environment);
        var headers = new Metadata { { CallClock.Header, said } };
        if (reason is null)
        {
            Assert.Equal(new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero), clock.Now(headers));
            return;
        }

        Assert.Equal(reason, Assert.Throws<RuleBroken>(() => clock.Now(headers)).Reason);
    }

    [Fact]
    public void A_development_key_outside_Development_is_refused_at_the_start()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration["Authentication:DevelopmentPublicKey"] = Tokens.PublicKey;
        var refused = Assert.Throws<InvalidOperationException>(builder.AddCallerAuthentication);
        Assert.Contains("refusing to start", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production", null, "intervision", "Authentication:Authority is missing: refusing to start.")]
    [InlineData("Production", "https://id.example.org", null, "Authentication:Audience is missing: refusing to start.")]
    [InlineData("Production", "https://id.example.org", "intervision", null)]
    [InlineData("Development", null, null, null)]
    public void Outside_Development_tokens_come_from_somewhere_or_nothing_starts(string environment, string? authority, string? audience, string? refusal)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration["Authentication:Authority"] = authority;
        builder.Configuration["Authentication:Audience"] = audience;
        Assert.Equal(refusal, (Record.Exception(builder.AddCallerAuthentication) as InvalidOperationException)?.Message);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(4_550, 45, 500_000_000)]
    [InlineData(-4_550, -45, -500_000_000)]
    [InlineData(-5, 0, -50_000_000)]
    public void Cents_travel_as_units_and_nanos(long cents, long units, int nanos)
    {
        var money = cents.ToMoney();
        Assert.Equal(("EUR", units, nanos), (money.CurrencyCode, money.Units, money.Nanos));
        Assert.Equal(cents, money.ToCents());
    }

    [Theory]
    [InlineData("USD", 1, 0)]
    [InlineData("EUR", 1, 5_000_000)]
    [InlineData("EUR", 1, -10_000_000)]
    [InlineData("EUR", 0, 1_000_000_000)]
    [InlineData("EUR", long.MaxValue, 0)]
    public void Other_money_is_not_taken(string currency, long units, int nanos) =>
        Assert.Null(new Google.Type.Money { CurrencyCode = currency, Units = units, Nanos = nanos }.ToCents());

    [Theory]
    [InlineData("2026-03-28", "11:30")]
    [InlineData("2026-03-30", "10:30")]
    [InlineData("2026-10-23", "10:30")]
    [InlineData("2026-10-26", "11:30")]
    public void Half_past_twelve_in_Paris(string date, string utc)
    {
        var instant = Paris.InstantOf(DateOnly.Parse(date, null), new TimeOnly(12, 30));
        Assert.Equal(utc, instant.UtcDateTime.ToString("HH:mm", null));
        Assert.Equal((DateOnly.Parse(date, null), new TimeOnly(12, 30)), (Paris.DateOf(instant), Paris.TimeOf(instant)));
    }

    [Fact]
    public void The_nights_the_clocks_change_have_an_instant_for_every_time()
    {
        // 02:30 does not exist on 29 March 2026 and exists twice on 25 October 2026.
        Assert.Equal("01:30", Paris.InstantOf(new DateOnly(2026, 3, 29), new TimeOnly(2, 30)).UtcDateTime.ToString("HH:mm", null));
        Assert.Equal("00:30", Paris.InstantOf(new DateOnly(2026, 10, 25), new TimeOnly(2, 30)).UtcDateTime.ToString("HH:mm", null));
        Assert.Equal(new DateOnly(2026, 10, 26), Paris.DateOf(new DateTimeOffset(2026, 10, 25, 23, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void Every_event_type_has_its_name_and_is_found_by_it()
    {
        Assert.Equal("intervision.intake.case_ready.v1", EventTypes.NameOf(CaseReady.Descriptor));
        Assert.All(EventTypes.All, type => Assert.Matches("^intervision\\.(membership|intake|scheduling|indemnisation)\\.[a-z_]+\\.v1$", type));
        Assert.All(EventTypes.All, type => Assert.Equal(type, EventTypes.NameOf(EventTypes.Find(type)!)));
        Assert.Null(EventTypes.Find("intervision.intake.invented_tomorrow.v1"));
    }

    [Fact]
    public void An_event_survives_tomorrows_fields_and_enum_values()
    {
        var read = (CaseReady)EventJson.Parse("{\"inventedTomorrow\":{\"a\":1}}"u8, CaseReady.Descriptor);
        Assert.Equal(new CaseReady(), read);
        Assert.Equal(read, EventJson.Parse(EventJson.Format(read), CaseReady.Descriptor));
    }

    [Fact]
    public void CloudEvents_headers_are_as_the_contract_says()
    {
        var e = new CloudEvent(
            Guid.Parse("0197f2c4-6b1e-7d1a-9c55-0d6f2a1b3c4d"), "intervision.intake.case_ready.v1", "cases/SIT-1", Guid.Parse("0197f2c4-0000-7000-8000-000000000001"), 42,
            new DateTimeOffset(2026, 3, 19, 10, 12, 44, TimeSpan.FromHours(1)), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "{}"u8.ToArray());
        var properties = e.ToProperties("intake");
        Assert.Equal(("application/json", true), (properties.ContentType, properties.Persistent));
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["cloudEvents_specversion"] = "1.0",
                ["cloudEvents_id"] = "0197f2c4-6b1e-7d1a-9c55-0d6f2a1b3c4d",
                ["cloudEvents_source"] = "/intervision/intake",
                ["cloudEvents_type"] = "intervision.intake.case_ready.v1",
                ["cloudEvents_subject"] = "cases/SIT-1",
                ["cloudEvents_partitionkey"] = "0197f2c4-0000-7000-8000-000000000001",
                ["cloudEvents_sequence"] = "00000000000000000042",
                ["cloudEvents_time"] = "2026-03-19T09:12:44.0000000Z",
                ["cloudEvents_traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            },
            properties.Headers);
        Assert.Equivalent(e, CloudEvent.Read(properties, e.Payload));
    }
}
