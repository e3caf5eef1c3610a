using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.AccessLog;

/// <summary>Who read which clinical text, when, why, and whether it was given. Append-only; codes and names of resources only.</summary>
internal static class AccessTrace
{
    public const string Given = "GIVEN";

    public static Task Append(Tx tx, Call call, Guid caseId, string action, string purpose, string outcome) =>
        tx.Execute(
            """
            insert into access_log (access_time, actor, roles, case_id, action, purpose, outcome)
            values (@Now, @Subject, @roles, @caseId, @action, @purpose, @outcome)
            """,
            new { call.Now, call.Caller.Subject, roles = call.Caller.Roles.Order(StringComparer.Ordinal).ToArray(), caseId, action, purpose, outcome });
}
