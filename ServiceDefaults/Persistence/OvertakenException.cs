namespace Intervision.ServiceDefaults.Persistence;

/// <summary>
/// What a transaction had read without a lock is no longer so when it comes to write: it is rolled back and tried again from the
/// start, as after a serialisation failure.
/// </summary>
/// <param name="what">That somebody else changed meanwhile.</param>
public sealed class OvertakenException(string what) : Exception($"Somebody else changed {what} first.");
