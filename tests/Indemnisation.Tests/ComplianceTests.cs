using Intervision.Tests.Support;

namespace Intervision.Indemnisation.Tests;

/// <summary>Outbox and inbox on this service's database.</summary>
public sealed class ComplianceTests() : MessagingCompliance("indemnisation", typeof(Program).Assembly);
