using System.Globalization;
using Intervision.Dashboard.Telemetry;

namespace Intervision.Dashboard.Texts;

/// <summary>Every text of the pages in one language: what one lacks, the compiler misses.</summary>
internal sealed partial record Words
{
    public required string Code { get; init; }
    public required CultureInfo Culture { get; init; }
    public required string Pages { get; init; }
    public required string OtherLanguage { get; init; }
    public required string OtherLanguageName { get; init; }
    public required string SkipToContent { get; init; }
    public required string Keyboard { get; init; }
    public required string Close { get; init; }
    public required string LogOut { get; init; }
    public required string SearchEverywhere { get; init; }
    public required string Overview { get; init; }
    public required string Resources { get; init; }
    public required string Consoles { get; init; }
    public required string Logs { get; init; }
    public required string Traces { get; init; }
    public required string Metrics { get; init; }
    public required string Usage { get; init; }
    public required string NotFound { get; init; }
    public required string NotFoundHere { get; init; }
    public required string LoginTitle { get; init; }
    public required string LoginWhere { get; init; }
    public required string LoginWhereRunSh { get; init; }
    public required string LoginToken { get; init; }
    public required string LoginEnter { get; init; }
    public required string LoginTokenUsed { get; init; }
    public required string LoginWelcome { get; init; }
    public required string LoginGoOn { get; init; }
    public required string View { get; init; }
    public required string ViewTable { get; init; }
    public required string ViewGraph { get; init; }
    public required string Name { get; init; }
    public required string State { get; init; }
    public required string Started { get; init; }
    public required string Endpoints { get; init; }
    public required string Actions { get; init; }
    public required string Console { get; init; }
    public required string Process { get; init; }
    public required string ExitCode { get; init; }
    public required string Restarts { get; init; }
    public required string Uses { get; init; }
    public required string UsedBy { get; init; }
    public required string Environment { get; init; }
    public required string Value { get; init; }
    public required string Masked { get; init; }
    public required string HealthChecks { get; init; }
    public required string Message { get; init; }
    public required string StateStopped { get; init; }
    public required string StateRunning { get; init; }
    public required string StateStarting { get; init; }
    public required string StateDegraded { get; init; }
    public required string StateUnhealthy { get; init; }
    public required string Resource { get; init; }
    public required string AllMerged { get; init; }
    public required string AllResources { get; init; }
    public required string Filter { get; init; }
    public required string Show { get; init; }
    public required string Pause { get; init; }
    public required string Resume { get; init; }
    public required string Paused { get; init; }
    public required string Live { get; init; }
    public required string ConnectionLost { get; init; }
    public required string Clear { get; init; }
    public required string Download { get; init; }
    public required string ConsoleNeedsScript { get; init; }
    public required string Level { get; init; }
    public required string AnyLevel { get; init; }
    public required string Time { get; init; }
    public required string Trace { get; init; }
    public required string Details { get; init; }
    public required string Attribute { get; init; }
    public required string Attributes { get; init; }
    public required string RemoveFilter { get; init; }
    public required string Older { get; init; }
    public required string Newest { get; init; }
    public required string NothingFound { get; init; }
    public required string NothingYet { get; init; }
    public required string EarlierRun { get; init; }
    public required string Category { get; init; }
    public required string EventName { get; init; }
    public required string ClaimedTime { get; init; }
    public required string ResourceAttributes { get; init; }
    public required string Duration { get; init; }
    public required string MinimumDuration { get; init; }
    public required string OnlyErrors { get; init; }
    public required string Spans { get; init; }
    public required string Error { get; init; }
    public required string NoRoot { get; init; }
    public required string TraceTruncated { get; init; }
    public required string Events { get; init; }
    public required string Links { get; init; }
    public required string LinkedTrace { get; init; }
    public required string Kind { get; init; }
    public required string Scope { get; init; }
    public required string SpanId { get; init; }
    public required string Parent { get; init; }
    public required string ParentMissing { get; init; }
    public required string Status { get; init; }
    public required string Offset { get; init; }
    public required string ClockCorrected { get; init; }
    public required string LogsOfTrace { get; init; }
    public required string Waterfall { get; init; }
    public required string Instruments { get; init; }
    public required string Range { get; init; }
    public required string Dimensions { get; init; }
    public required string SplitBy { get; init; }
    public required string NoSplit { get; init; }
    public required string AnyValue { get; init; }
    public required string Median { get; init; }
    public required string Latest { get; init; }
    public required string Measurements { get; init; }
    public required string Mean { get; init; }
    public required string Exemplars { get; init; }
    public required string ExemplarsHint { get; init; }
    public required string Line { get; init; }
    public required string PerSecond { get; init; }
    public required string ChooseInstrument { get; init; }
    public required string Search { get; init; }
    public required string SearchHint { get; init; }
    public required string Rows { get; init; }
    public required string Limit { get; init; }
    public required string Oldest { get; init; }
    public required string Stored { get; init; }
    public required string Dropped { get; init; }
    public required string NothingDropped { get; init; }
    public required string Reason { get; init; }
    public required string Number { get; init; }
    public required string DiskFile { get; init; }
    public required string Memory { get; init; }
    public required string ManagedMemory { get; init; }
    public required string Queue { get; init; }
    public required string RunStarted { get; init; }
    public required string Runs { get; init; }
    public required string RemoveAll { get; init; }
    public required string ConfirmRemove { get; init; }
    public required string AllIsWell { get; init; }
    public required string NotAllIsWell { get; init; }
    public required string IsStarting { get; init; }
    public required string WaitingListAge { get; init; }
    public required string WaitingCases { get; init; }
    public required string OutboxAge { get; init; }
    public required string QueueDepth { get; init; }
    public required string RefusedRequests { get; init; }
    public required string SessionsToCome { get; init; }
    public required string EnvelopeConsumed { get; init; }
    public required string NotMeasuredYet { get; init; }
    public required string TelemetryTrouble { get; init; }
    public required string Last5Minutes { get; init; }
    public required string Last15Minutes { get; init; }
    public required string LastHour { get; init; }
    public required string Last6Hours { get; init; }
    public required string LastDay { get; init; }
    public required string AllTime { get; init; }
    public required string Failed { get; init; }
    public required string FailedHere { get; init; }
    public required string QueryTooSlow { get; init; }
    public required Func<int, string> StateEndedWith { get; init; }
    public required Func<string, string> UsesStopped { get; init; }
    public required Func<string, string, string> ConfirmCommand { get; init; }
    public required Func<long, string> Errors { get; init; }
    public required Func<int, string> Restarted { get; init; }
    public required Func<int, string> GraphOf { get; init; }
    public required Func<string, string> LinesOmitted { get; init; }
    public required Func<int, string> DroppedTags { get; init; }
    public required Func<int, int, string> TraceSummary { get; init; }
    public required Func<string, string, string> WaitsUnwell { get; init; }
    public required Func<string, string> ServiceSilent { get; init; }
    public required Func<string, string, string> FilePutAside { get; init; }
    public required Func<string, string> OfCalls { get; init; }
    public required Func<string, string> AtOffset { get; init; }
    /// <summary>What an alarm says, by its name: of whom, and its figure.</summary>
    public required IReadOnlyDictionary<string, Func<string, string, string>> Alarms { get; init; }
    public required IReadOnlyDictionary<string, string> States { get; init; }
    public required IReadOnlyDictionary<string, string> Healths { get; init; }
    public required IReadOnlyDictionary<string, string> Commands { get; init; }
    public required IReadOnlyDictionary<int, string> Levels { get; init; }
    public required IReadOnlyDictionary<string, string> Kinds { get; init; }
    public required IReadOnlyDictionary<SpanKind, string> SpanKinds { get; init; }
    public required IReadOnlyDictionary<SpanStatus, string> SpanStatuses { get; init; }
    public required IReadOnlyDictionary<InstrumentKind, string> InstrumentKinds { get; init; }
}
