using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Alpha = Grpc.Reflection.V1Alpha;

namespace Intervision.StandIns.Tests.Grpc;

public sealed class ReflectionTests
{
    private static Task<EchoServer> Start() => EchoServer.Start(
        services: services => services.AddGrpcReflection(),
        map: app => app.MapGrpcReflectionService());

    private static async Task<ServerReflectionResponse> Ask(EchoServer server, ServerReflectionRequest request)
    {
        using var call = new ServerReflection.ServerReflectionClient(server.Channel()).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(request);
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext());
        return call.ResponseStream.Current;
    }

    [Fact]
    public async Task The_mapped_services_are_listed()
    {
        await using var server = await Start();
        var answer = await Ask(server, new ServerReflectionRequest { ListServices = "*" });
        Assert.Equal(
            ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "intervision.standins.tests.Echo"],
            answer.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData("intervision.standins.tests.Echo")]
    [InlineData("intervision.standins.tests.Echo.Say")]
    [InlineData("intervision.standins.tests.SayRequest")]
    [InlineData("intervision.standins.tests.SayRequest.text")]
    public async Task A_symbol_leads_to_its_file_and_what_that_imports(string symbol)
    {
        await using var server = await Start();
        var answer = await Ask(server, new ServerReflectionRequest { FileContainingSymbol = symbol });
        var files = answer.FileDescriptorResponse.FileDescriptorProto.Select(FileDescriptorProto.Parser.ParseFrom).ToList();
        Assert.Equal(["Protos/echo.proto", "google/protobuf/empty.proto"], files.Select(file => file.Name));
        Assert.Contains(files[0].Service, service => service.Name == "Echo");
    }

    [Fact]
    public async Task A_file_is_found_by_name()
    {
        await using var server = await Start();
        var answer = await Ask(server, new ServerReflectionRequest { FileByFilename = "google/protobuf/empty.proto" });
        Assert.Single(answer.FileDescriptorResponse.FileDescriptorProto);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await using var server = await Start();
        var answer = await Ask(server, new ServerReflectionRequest { FileContainingSymbol = "intervision.Nothing" });
        Assert.Equal((int)StatusCode.NotFound, answer.ErrorResponse.ErrorCode);
    }

    [Fact]
    public async Task The_older_name_answers_the_same()
    {
        await using var server = await Start();
        using var call = new Alpha.ServerReflection.ServerReflectionClient(server.Channel()).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new Alpha.ServerReflectionRequest { FileContainingSymbol = "intervision.standins.tests.Echo" });
        await call.RequestStream.WriteAsync(new Alpha.ServerReflectionRequest { ListServices = "" });
        await call.RequestStream.CompleteAsync();

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal(2, call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto.Count);
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Contains(call.ResponseStream.Current.ListServicesResponse.Service, service => service.Name == "intervision.standins.tests.Echo");
    }
}
