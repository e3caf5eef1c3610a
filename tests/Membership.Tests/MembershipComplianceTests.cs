using Intervision.Tests.Support;

namespace Intervision.Membership.Tests;

/// <summary>Nothing lost, nothing twice, in order: on Membership's own database.</summary>
public sealed class MembershipComplianceTests() : MessagingCompliance("membership", typeof(Program).Assembly);
