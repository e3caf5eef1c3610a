using Google.Protobuf;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Scheduling.Tests;

/// <summary>What Membership says in these tests.</summary>
internal static class Directory
{
    public const string Addictions = SampleRegion.Addictions;
    public const string Precarite = SampleRegion.Precarite;
    private static readonly DateTimeOffset Early = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task Programmes(SchedulingFixture fixture)
    {
        foreach (var (subject, message) in SampleRegion.Programmes())
        {
            await Say(fixture, subject, message);
        }
    }

    public static Task Say(SchedulingFixture fixture, string subject, IMessage message) => fixture.Deliver("membership", message, subject, Early);

    public static Task Person(SchedulingFixture fixture, string name, bool expert = false, string rpps = "", bool charter = true, string mailbox = "", params Activity[] activities) =>
        Say(fixture, name, new ProfessionalChanged
        {
            Professional = new Professional
            {
                Name = name, Expert = expert, Rpps = rpps, Mssante = mailbox, Activities = { activities },
                CharterAcceptedDate = charter ? new DateOnly(2025, 1, 1).ToProto() : null,
            },
        });

    public static Activity Activity(string organisation, Mode mode = Mode.Salaried, string code = "10", DateOnly? from = null, DateOnly? until = null) => new()
    {
        ProfessionTable = "TRE_G15", ProfessionCode = code, Mode = mode, Organisation = organisation,
        FromDate = (from ?? new DateOnly(2020, 1, 1)).ToProto(), UntilDate = until?.ToProto(),
    };

    public static Task Convention(SchedulingFixture fixture, string organisation, DateOnly signed, DateOnly end) =>
        Say(fixture, organisation, new ConventionChanged
        {
            Organisation = organisation,
            Conventions =
            {
                new Convention
                {
                    Name = $"conventions/{organisation.Split('/')[1]}", Organisation = organisation,
                    SignedDate = signed.ToProto(), EndDate = end.ToProto(), State = Membership.V1.Convention.Types.State.Signed,
                },
            },
        });

    public static Pole Pole(string name, string host, string referent, string programme = Addictions, Rhythm rhythm = Rhythm.Monthly, int minutes = 60) => new()
    {
        Name = name, DisplayName = name, Programme = programme, Rhythm = rhythm, Weekday = Weekday.Tuesday,
        StartTime = new TimeOnly(12, 15).ToProto(), DurationMinutes = minutes, Modality = Modality.Hybrid,
        Referent = referent, Host = host, ActiveFromDate = new DateOnly(2020, 1, 1).ToProto(), State = Membership.V1.Pole.Types.State.Active,
        CoordinatorEmail = $"coordination.{name.Split('/')[1].ToLowerInvariant()}@example.org",
    };
}
