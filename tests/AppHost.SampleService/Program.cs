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
app.MapGet("/health", () => "ok");
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
