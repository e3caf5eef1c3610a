using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Intervision.ServiceDefaults.Health;

/// <summary>What <c>/health</c> answers: the status, as ASP.NET does, then each check that is not well with what it says of it, a line each.</summary>
public static class HealthText
{
    public static Task Write(HttpContext context, HealthReport report)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(Of(report), context.RequestAborted);
    }

    public static string Of(HealthReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var unwell = report.Entries.Where(e => e.Value.Status != HealthStatus.Healthy).Select(e => $"{e.Key}: {Words(e.Value)}");
        return string.Join('\n', unwell.Prepend(report.Status.ToString()));
    }

    /// <summary>Of an exception that no check caught its kind alone: its message may hold an address or a password, and nobody logs in here.</summary>
    private static string Words(HealthReportEntry entry) =>
        entry.Exception is { } failure && (entry.Description is null || entry.Description.Contains(failure.Message, StringComparison.Ordinal))
            ? failure.GetType().Name
            : entry.Description ?? entry.Status.ToString();
}
