using Google.Protobuf.Reflection;
using Intervision.Indemnisation.V1;
using Intervision.Intake.V1;
using Intervision.Membership.V1;
using Intervision.Operations.V1;
using Intervision.Scheduling.V1;

namespace Intervision.Architecture.Tests;

/// <summary>The API rules that buf cannot see (API §6–10, §18), over the descriptors of all services.</summary>
public sealed class ProtoRules
{
    private static readonly FileDescriptor[] Files =
    [
        MembershipReflection.Descriptor, ProgrammeReflection.Descriptor, PoleReflection.Descriptor, OrganisationReflection.Descriptor,
        ConventionReflection.Descriptor, ProfessionalReflection.Descriptor, DirectoryReflection.Descriptor, IntakeReflection.Descriptor, AccessReflection.Descriptor, AlertsReflection.Descriptor, CaseReflection.Descriptor, ConsentReflection.Descriptor, TriageReflection.Descriptor, EmailReflection.Descriptor, UrgencyReflection.Descriptor, FollowUpReflection.Descriptor, IndicatorsReflection.Descriptor, LibraryReflection.Descriptor, RetentionReflection.Descriptor, WatchReflection.Descriptor, SchedulingReflection.Descriptor, AgendaReflection.Descriptor, SessionDayReflection.Descriptor, SeasonRulesReflection.Descriptor, SeasonsReflection.Descriptor, NoticesReflection.Descriptor, InvitationsReflection.Descriptor, PlanningReflection.Descriptor,
        IndemnisationReflection.Descriptor, BankReflection.Descriptor, PayeesReflection.Descriptor, ReportsReflection.Descriptor, OperationsReflection.Descriptor,
    ];

    internal static IEnumerable<ServiceDescriptor> Services => Files.SelectMany(f => f.Services);

    public static TheoryData<string> Methods() => [.. Files.SelectMany(f => f.Services).SelectMany(s => s.Methods).Select(m => m.FullName)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_mutating_request_carries_a_request_id(string method)
    {
        var m = Find(method);
        // These write the access log, but reading twice is twice a fact: nothing to make idempotent. An export of the journal gives
        // numbers to entries that have none; the second gives none.
        if (IsRead(m) || m.Name is "ExportJournal" or "ReadSheet" or "ReadQuestion" or "ReadDecisions" or "ExportAccessLog" or "ReadLibraryProposal")
        {
            return;
        }

        var field = m.InputType.FindFieldByName("request_id");
        Assert.NotNull(field);
        Assert.Equal(FieldType.String, field.FieldType);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_list_is_paged(string method)
    {
        var m = Find(method);
        if (!m.Name.StartsWith("List", StringComparison.Ordinal))
        {
            return;
        }

        Assert.Equal(FieldType.Int32, m.InputType.FindFieldByName("page_size").FieldType);
        Assert.Equal(FieldType.String, m.InputType.FindFieldByName("page_token").FieldType);
        Assert.True(m.OutputType.FindFieldByNumber(1).IsRepeated, "the page comes first");
        Assert.Equal(FieldType.String, m.OutputType.FindFieldByName("next_page_token").FieldType);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Requests_and_responses_are_never_shared(string method)
    {
        var m = Find(method);
        Assert.Equal((m.Name + "Request", m.Name + "Response"), (m.InputType.Name, m.OutputType.Name));
    }

    [Fact]
    public void Every_named_resource_begins_with_its_name_and_every_changeable_one_has_an_etag()
    {
        // Parts of a resource, values, and rows that are never changed by themselves.
        string[] immutable = ["ReferentTerm", "RateGrid", "Envelope", "Payment", "LibraryCase", "FrozenIndicators", "BankFile"];
        var named = Files.SelectMany(f => f.MessageTypes)
            .Where(m => !m.Name.EndsWith("Request", StringComparison.Ordinal) && !m.Name.EndsWith("Response", StringComparison.Ordinal))
            .Where(m => m.FindFieldByName("name") is not null)
            .ToList();
        Assert.NotEmpty(named);
        Assert.All(named, m => Assert.Equal(1, m.FindFieldByName("name").FieldNumber));
        Assert.All(named.Where(m => !immutable.Contains(m.Name)), m => Assert.NotNull(m.FindFieldByName("etag")));
    }

    [Fact]
    public void No_event_has_a_field_for_text_from_people_or_a_bank_account()
    {
        string[] forbidden = ["question", "situation", "wording", "text", "iban", "treatments", "age_band", "motives"];
        var events = new[]
        {
            Intake.Events.V1.IntakeEventsReflection.Descriptor, Scheduling.Events.V1.SchedulingEventsReflection.Descriptor,
            Indemnisation.Events.V1.IndemnisationEventsReflection.Descriptor,
        };
        var fields = events.SelectMany(f => f.MessageTypes).SelectMany(m => m.Fields.InDeclarationOrder()).ToList();
        Assert.NotEmpty(fields);
        Assert.DoesNotContain(fields, f => forbidden.Contains(f.Name));
    }

    private static MethodDescriptor Find(string fullName) =>
        Files.SelectMany(f => f.Services).SelectMany(s => s.Methods).Single(m => m.FullName == fullName);

    private static bool IsRead(MethodDescriptor method) =>
        method.GetOptions()?.IdempotencyLevel == MethodOptions.Types.IdempotencyLevel.NoSideEffects;
}
