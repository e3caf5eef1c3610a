// migrate [code]: end at once; otherwise serve until stopped.
if (args is ["migrate", ..])
{
    Console.WriteLine("migrated as " + Environment.GetEnvironmentVariable("ConnectionStrings__owner"));
    var code = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 0;
    if (code != 0)
    {
        Console.Error.WriteLine("table missing");
    }
    return code;
}

var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
// As a service's health checks: what the file says, 503 when that begins so.
app.MapGet("/health", async () => Environment.GetEnvironmentVariable("HEALTH_FILE") is { } file && await File.ReadAllTextAsync(file) is var said
    ? Results.Text(said, statusCode: said.StartsWith("Unhealthy", StringComparison.Ordinal) ? 503 : 200)
    : Results.Text("ok"));
app.MapGet("/environment", () => Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
    .ToDictionary(v => (string)v.Key, v => (string?)v.Value, StringComparer.Ordinal));
app.MapGet("/pid", () => Environment.ProcessId);
if (args is ["with-child", ..])
{
    // A grandchild that no parent-death signal reaches and that leaves the group: only the app host's mark finds it.
    System.Diagnostics.Process.Start("setsid", "sleep 600");
    System.Diagnostics.Process.Start("sleep", "601");
}
if (Environment.GetEnvironmentVariable("STOP_LOG") is { Length: > 0 } log)
{
    app.Lifetime.ApplicationStopping.Register(() =>
        File.AppendAllText(log, Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME") + "\n"));
}
app.Run();
return 0;
