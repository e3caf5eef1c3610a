using Npgsql;

namespace Intervision.ServiceDefaults.Persistence;

/// <summary>Which failures say something about the moment, not about the work: tried again, they may pass.</summary>
internal static class DatabaseErrors
{
    public static bool IsTransient(Exception exception) =>
        exception is NpgsqlException { IsTransient: true } and not PostgresException
        || exception is OvertakenException
        || exception is PostgresException
        {
            SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
                or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
                or PostgresErrorCodes.LockNotAvailable
                // The login's password is being changed, and this instance will be replaced by one that knows the new one.
                or PostgresErrorCodes.InvalidPassword
        };
}
