namespace Intervision.Dashboard;

/// <summary>Where the dashboard listens and who may read it.</summary>
internal sealed record DashboardOptions
{
    public Uri Address { get; init; } = new("http://localhost:18888");

    /// <summary>A token that stays good for as long as it is configured; null: a random one, good once.</summary>
    public string? BrowserToken { get; init; }

    /// <summary>No login at all: for scripts and tests on a machine of one's own.</summary>
    public bool Unsecured { get; init; }

    /// <summary>Told the line with the address to open, at start and each time a new one is needed.</summary>
    public Action<string> Announce { get; init; } = _ => { };

    /// <summary>Told of what went wrong while a page was made.</summary>
    public Action<Exception> Complain { get; init; } = _ => { };

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
