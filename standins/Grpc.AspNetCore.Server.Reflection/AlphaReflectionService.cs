using Google.Protobuf;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;

namespace Grpc.AspNetCore.Reflection;

/// <summary><c>grpc.reflection.v1alpha</c>: byte for byte the messages of v1, under the older name.</summary>
internal sealed class AlphaReflectionService(ReflectionIndex index) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            var asked = Grpc.Reflection.V1.ServerReflectionRequest.Parser.ParseFrom(request.ToByteString());
            var answer = ReflectionService.Answer(asked, index);
            await responseStream.WriteAsync(ServerReflectionResponse.Parser.ParseFrom(answer.ToByteString()), context.CancellationToken);
        }
    }
}
