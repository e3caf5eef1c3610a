using Intervision.Intake.Consents;
using Intervision.Intake.ReferenceLists;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Persistence;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Intake.Cases;

/// <summary>What the directory projection knows of everything a request names.</summary>
internal sealed class SubmitFacts
{
    public bool ProgrammeKnown { get; init; }

    public bool AttendingPhysicianRequired { get; init; }

    /// <summary>Null when the pôle is unknown.</summary>
    public string? PoleProgramme { get; init; }

    public bool PoleActive { get; init; }

    public bool CommuneKnown { get; init; }

    /// <summary>Active pôles of the programme that cover the commune.</summary>
    public string[] Candidates { get; init; } = [];

    /// <summary>Seats of the pôles it may go to, which its question may name.</summary>
    public string[] Seats { get; init; } = [];

    public string[] KnownPeople { get; init; } = [];

    public string? RequesterRpps { get; init; }

    /// <summary>Who attests the patient's answer; asked where there is one to attest.</summary>
    public Recorder Attester { get; init; } = new([]);

    public bool OrganisationIsCpts { get; init; }

    /// <summary>The commune of care is in the CPTS's territory.</summary>
    public bool CommuneInTerritory { get; init; }

    /// <summary>Of whatever programme, active or not: validation tells what is wrong with it.</summary>
    public bool PoleCoversCommune { get; init; }

    /// <summary>The pôle and the CPTS share at least one commune.</summary>
    public bool PoleInTerritory { get; init; }

    /// <summary>Day of the deposit in Paris.</summary>
    public DateOnly Today { get; init; }

    public ReferenceCodes Codes { get; private init; } = new([]);

    public static async Task<SubmitFacts> Load(Tx tx, SubmitCaseRequest request, Call call) => (await Load(tx, [(request, call)]))[0];

    /// <summary>Of several requests with one look into the directory, in their order.</summary>
    public static async Task<IReadOnlyList<SubmitFacts>> Load(Tx tx, IReadOnlyList<(SubmitCaseRequest Request, Call Call)> deposits)
    {
        var directory = await NamedInDirectory.Load(tx, deposits);
        return [.. deposits.Select(d => Of(d.Request, d.Call, directory))];
    }

    private static SubmitFacts Of(SubmitCaseRequest request, Call call, NamedInDirectory directory)
    {
        var programme = ProgrammeOf(request);
        var pole = directory.Poles.GetValueOrDefault(request.Pole);
        var commune = directory.Communes.GetValueOrDefault(request.Commune);
        var cpts = directory.Cpts.GetValueOrDefault(request.SubmittingOrganisation);
        string[] candidates = [.. (commune?.Poles ?? []).Where(p => directory.Poles.GetValueOrDefault(p) is { Active: true } active && active.Programme == programme)];
        return new SubmitFacts
        {
            ProgrammeKnown = directory.Programmes.TryGetValue(programme, out var physicianRequired),
            AttendingPhysicianRequired = physicianRequired,
            PoleProgramme = pole?.Programme,
            PoleActive = pole is { Active: true },
            CommuneKnown = commune is not null,
            Candidates = candidates,
            Seats = [.. candidates.Append(request.Pole).Select(p => directory.Poles.GetValueOrDefault(p)?.SeatCommune).OfType<string>()],
            KnownPeople = [.. People(request).Where(directory.People.ContainsKey)],
            RequesterRpps = directory.People.GetValueOrDefault(request.Requester),
            Attester = Recorder.OfDeposit(directory.HealthProfessions, request.Requester, call),
            OrganisationIsCpts = cpts is not null,
            CommuneInTerritory = cpts?.Communes.Contains(request.Commune) == true,
            PoleCoversCommune = commune?.Poles.Contains(request.Pole) == true,
            PoleInTerritory = cpts?.Poles.Contains(request.Pole) == true,
            Today = Paris.DateOf(call.Now),
            Codes = directory.Codes,
        };
    }

    /// <summary>Everybody a request names, once.</summary>
    public static IEnumerable<string> People(SubmitCaseRequest request) =>
        request.Actors.Append(request.Requester).Append(request.AttendingPhysician).Where(p => p.Length > 0).Distinct(StringComparer.Ordinal);

    /// <summary>ADDICTIONS when not said.</summary>
    public static string ProgrammeOf(SubmitCaseRequest request) =>
        request.Programme.Length == 0 ? "programmes/ADDICTIONS" : request.Programme;
}
