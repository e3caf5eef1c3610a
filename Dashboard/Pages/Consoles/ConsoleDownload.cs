using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Intervision.Dashboard.Pages.Consoles;

/// <summary>All lines that are kept, as a text file.</summary>
internal static class ConsoleDownload
{
    public static async Task<IResult> Get(Visitor visitor, Board board)
    {
        var resource = visitor["resource"];
        var (lines, _) = await new MergedConsole(board.Resources, resource, visitor["q"]).Next(int.MaxValue);
        var text = new StringBuilder();
        foreach (var (name, line) in lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"{line.Time:O} ").Append(resource is null ? $"{name} " : null).Append(line.Text).Append('\n');
        }
        var at = board.Clock.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        return Results.File(Encoding.UTF8.GetBytes(text.ToString()), "text/plain; charset=utf-8", $"{FileName(resource)}-{at}.log");
    }

    private static string FileName(string? resource) => resource is null ? "consoles" : string.Concat(resource.Where(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
}
