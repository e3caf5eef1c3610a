using Intervision.Tests.Support;

namespace Intervision.Scheduling.Tests;

/// <summary>The promises of the outbox and the inbox, on this service's own migrations.</summary>
public sealed class ComplianceTests() : MessagingCompliance("scheduling", typeof(Program).Assembly);
