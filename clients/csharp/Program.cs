using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Intervision.CptsClient;
using Intervision.Intake.V1;
using Intake = Intervision.CptsClient.Intake;

// CptsClient submit REQUEST.json      deposits it; prints code, state and notice
// CptsClient watch POSITION-FILE      prints every change, for ever; goes on where it was
// INTERVISION_ADDRESS (http://localhost:5102), INTERVISION_TOKEN
using var channel = GrpcChannel.ForAddress(Environment.GetEnvironmentVariable("INTERVISION_ADDRESS") ?? "http://localhost:5102");
var token = Environment.GetEnvironmentVariable("INTERVISION_TOKEN") ?? "";
var intake = new Intake(new IntakeService.IntakeServiceClient(channel), () => Task.FromResult(token));
try
{
    switch (args)
    {
        case ["submit", var file]:
            var answer = await intake.Submit(JsonParser.Default.Parse<SubmitCaseRequest>(await File.ReadAllTextAsync(file)));
            Console.WriteLine($"{answer.Case.Name} {NameOf(answer.Case.State)} {answer.Notice}");
            return 0;
        case ["watch", var file]:
            await intake.Follow(new PositionFile(file), change =>
            {
                Console.WriteLine($"{change.Case} {(change.Erased ? "ERASED" : NameOf(change.State))}");
                return Task.CompletedTask;
            });
            return 0;
        default:
            Console.Error.WriteLine("CptsClient submit REQUEST.json | watch POSITION-FILE");
            return 2;
    }
}
catch (RpcException refused)
{
    var (reason, message, fields) = Refusal.Of(refused);
    Console.Error.WriteLine(string.Join('\n', [$"{reason}: {message}", .. fields]));
    return 1;
}

static string NameOf(CaseState state) =>
    CaseReflection.Descriptor.EnumTypes.Single(e => e.Name == nameof(CaseState)).FindValueByNumber((int)state)?.Name ?? $"{state}";
