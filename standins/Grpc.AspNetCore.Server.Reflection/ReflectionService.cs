using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Grpc.AspNetCore.Reflection;

/// <summary><c>grpc.reflection.v1</c>. There are no extensions in proto3, so that a question about them finds nothing.</summary>
internal sealed class ReflectionService(ReflectionIndex index) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
            await responseStream.WriteAsync(Answer(request, index), context.CancellationToken);
    }

    internal static ServerReflectionResponse Answer(ServerReflectionRequest request, ReflectionIndex index)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                response.ListServicesResponse = new() { Service = { index.Services.Select(name => new ServiceResponse { Name = name }) } };
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                Give(response, index.FileNamed(request.FileByFilename), request.FileByFilename);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                Give(response, index.FileOf(request.FileContainingSymbol), request.FileContainingSymbol);
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                Give(response, null, $"extension {request.FileContainingExtension.ExtensionNumber} of {request.FileContainingExtension.ContainingType}");
                break;
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                GiveExtensions(response, index.FileOf(request.AllExtensionNumbersOfType), request.AllExtensionNumbersOfType);
                break;
            default:
                response.ErrorResponse = Error(StatusCode.InvalidArgument, "The request asks for nothing.");
                break;
        }
        return response;
    }

    private static void GiveExtensions(ServerReflectionResponse response, FileDescriptor? file, string type)
    {
        if (file is null)
            response.ErrorResponse = Error(StatusCode.NotFound, $"'{type}' is not known here.");
        else
            response.AllExtensionNumbersResponse = new() { BaseTypeName = type };
    }

    private static void Give(ServerReflectionResponse response, FileDescriptor? file, string asked)
    {
        if (file is null)
            response.ErrorResponse = Error(StatusCode.NotFound, $"'{asked}' is not known here.");
        else
            response.FileDescriptorResponse = new() { FileDescriptorProto = { WithImports(file).Select(one => one.SerializedData) } };
    }

    private static IEnumerable<FileDescriptor> WithImports(FileDescriptor file)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<FileDescriptor>([file]);
        while (waiting.TryDequeue(out var next))
        {
            if (!seen.Add(next.Name))
                continue;
            yield return next;
            foreach (var imported in next.Dependencies)
                waiting.Enqueue(imported);
        }
    }

    private static ErrorResponse Error(StatusCode code, string message) => new() { ErrorCode = (int)code, ErrorMessage = message };
}
