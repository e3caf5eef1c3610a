using Intervision.Tests.Support;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>The suite on a database with nothing but ServiceDefaults' own tables.</summary>
public sealed class ComplianceTests() : MessagingCompliance("indemnisation", typeof(ComplianceTests).Assembly);
