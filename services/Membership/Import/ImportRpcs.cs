using Grpc.Core;
using Intervision.Membership.Files;
using Intervision.Membership.Import;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Security;

namespace Intervision.Membership;

internal sealed partial class MembershipGrpcService
{
    [CalledBy(Roles.Coordinator)]
    public override Task<ImportDirectoryResponse> ImportDirectory(IAsyncStreamReader<ImportDirectoryRequest> requestStream, ServerCallContext context) =>
        Of<ImportDirectory>().Handle(requestStream, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task ImportFiles(
        IAsyncStreamReader<ImportFilesRequest> requestStream, IServerStreamWriter<ImportFilesResponse> responseStream, ServerCallContext context) =>
        Of<ImportFiles>().Handle(requestStream, responseStream, context.Call());

    [CalledBy(Roles.Coordinator)]
    public override Task ExportFiles(ExportFilesRequest request, IServerStreamWriter<ExportFilesResponse> responseStream, ServerCallContext context) =>
        Of<ExportFiles>().Handle(request, responseStream, context.Call());
}

/// <summary>The verbs behind them.</summary>
internal static class ImportVerbs
{
    public static IServiceCollection AddImportVerbs(this IServiceCollection services) => services
        .AddSingleton<ImportDirectory>()
        .AddSingleton<ImportFiles>()
        .AddSingleton<ExportFiles>();
}
