using Intervision.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Intervision.ServiceDefaults.Tests;

/// <summary>Which of a service's instances spoke.</summary>
public sealed class InstanceTests
{
    [Theory]
    [InlineData("service.instance.id=abcdefgh", "^abcdefgh$")]
    [InlineData(null, "^[0-9a-f-]{36}$")]
    public async Task The_environment_names_the_instance_and_otherwise_it_has_a_name_of_its_own(string? attributes, string expected)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1",
            ["OTEL_RESOURCE_ATTRIBUTES"] = attributes,
        });
        builder.AddTelemetry("intake");
        await using var app = builder.Build();

        foreach (var provider in (BaseProvider[])[app.Services.GetRequiredService<TracerProvider>(), app.Services.GetRequiredService<MeterProvider>()])
        {
            var told = provider.GetResource().Attributes.ToDictionary(a => a.Key, a => a.Value.ToString());
            Assert.Matches(expected, told["service.instance.id"]);
            Assert.Equal(("intake", "intervision"), (told["service.name"], told["service.namespace"]));
        }
    }
}
