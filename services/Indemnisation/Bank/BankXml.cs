using System.Text;
using System.Xml;

namespace Intervision.Indemnisation.Bank;

internal enum StepKind
{
    /// <summary>An element begins.</summary>
    Start,

    /// <summary>An element without elements ended: its text is its value.</summary>
    Leaf,

    /// <summary>An element that had elements ended.</summary>
    End,
}

/// <summary>One step through a file.</summary>
/// <param name="Path">Names from the root, e.g. <c>Document/CstmrPmtStsRpt/GrpHdr/MsgId</c>; <c>*</c> for one of another namespace.</param>
/// <param name="Value">Of a leaf; cut where no field of ours is as long.</param>
/// <param name="Currency">Its attribute <c>Ccy</c>.</param>
/// <param name="Line">In the file, from 1.</param>
internal readonly record struct Step(StepKind Kind, string Path, string Value, string Currency, int Line);

/// <summary>
/// Walks through a file that anybody may have made: no DTD, no entity, nothing fetched, bounded depth, bounded variety of
/// names, bounded length of anything between two tags. Memory does not grow with the file.
/// </summary>
internal sealed class BankXml(Stream file) : IDisposable
{
    private const int MaximumDepth = 40;
    private const int MaximumPaths = 4000;
    private const int MaximumAttributes = 500;
    private const int MaximumName = 200;
    private const int MaximumValue = 4096;

    private readonly Dictionary<(string Parent, string Name), string> paths = [];
    private readonly HashSet<string> attributes = new(StringComparer.Ordinal);
    private readonly Stack<Open> open = new();
    private readonly XmlReader reader = XmlReader.Create(new TagBoundStream(file), new XmlReaderSettings
    {
        Async = true,
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersFromEntities = 1024,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
        CloseInput = false,
    });

    /// <summary>Of the root element, once it was read.</summary>
    public string Namespace { get; private set; } = "";

    public int Line => reader is IXmlLineInfo info ? info.LineNumber : 0;

    /// <summary>To the root element.</summary>
    /// <exception cref="BankFileRefused">Not XML.</exception>
    public async Task<string> Root()
    {
        while (await Next() && reader.NodeType != XmlNodeType.Element)
        {
        }

        Namespace = reader.NamespaceURI;
        return reader.LocalName;
    }

    /// <summary>From the root element to its end.</summary>
    /// <exception cref="BankFileRefused">Broken, cut off, or of a form that no bank sends.</exception>
    public async IAsyncEnumerable<Step> Steps()
    {
        do
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    var element = Begin();
                    yield return new Step(StepKind.Start, element.Path, "", element.Currency, element.Line);
                    if (reader.IsEmptyElement)
                    {
                        yield return new Step(StepKind.Leaf, element.Path, "", element.Currency, element.Line);
                    }
                    else
                    {
                        open.Push(element);
                    }

                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                    open.Peek().Append(await Guarded(reader.GetValueAsync));
                    break;
                case XmlNodeType.EndElement:
                    var ended = open.Pop();
                    yield return ended.HasElements
                        ? new Step(StepKind.End, ended.Path, "", "", Line)
                        : new Step(StepKind.Leaf, ended.Path, ended.Value, ended.Currency, ended.Line);
                    break;
                default:
                    break;
            }
        }
        while (await Next());
    }

    public void Dispose() => reader.Dispose();

    private Open Begin()
    {
        if (open.Count >= MaximumDepth)
        {
            throw new BankFileRefused(Line, "les éléments sont imbriqués trop profondément.");
        }

        var parent = "";
        if (open.TryPeek(out var around))
        {
            around.HasElements = true;
            parent = around.Path;
        }

        var key = (parent, Name: reader.NamespaceURI == Namespace ? reader.LocalName : "*");
        if (!paths.TryGetValue(key, out var path))
        {
            path = parent.Length == 0 ? key.Name : $"{parent}/{key.Name}";
            paths.Add(key, path);
        }

        var longest = key.Name.Length;
        while (reader.MoveToNextAttribute())
        {
            // The reader keeps the names of namespaces too.
            var kept = reader.Prefix == "xmlns" || reader.Name == "xmlns" ? reader.Value : reader.Name;
            attributes.Add(kept);
            longest = Math.Max(longest, kept.Length);
        }

        reader.MoveToElement();
        return paths.Count <= MaximumPaths && attributes.Count <= MaximumAttributes && longest <= MaximumName
            ? new Open(path, reader.GetAttribute("Ccy") ?? "", Line)
            : throw new BankFileRefused(Line, "le fichier contient trop d'éléments ou d'attributs différents, ou des noms trop longs.");
    }

    private Task<bool> Next() => Guarded(reader.ReadAsync);

    /// <summary>Text is only decoded when it is asked for: both may meet what is no XML.</summary>
    private async Task<T> Guarded<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (XmlException e)
        {
            // The message of the reader may quote the file: names and accounts of people.
            throw new BankFileRefused(e.LineNumber, "le fichier n'est pas du XML lisible (tronqué, mal formé, mauvais encodage ou DTD).");
        }
        catch (DecoderFallbackException)
        {
            throw new BankFileRefused(Line, "le fichier n'est pas dans l'encodage qu'il annonce.");
        }
    }

    private sealed class Open(string path, string currency, int line)
    {
        private string value = "";

        public string Path => path;

        public string Currency => currency;

        public int Line => line;

        public bool HasElements { get; set; }

        public string Value => value.Trim();

        public void Append(string text)
        {
            if (value.Length < MaximumValue)
            {
                value += text.Length > MaximumValue ? text[..MaximumValue] : text;
            }
        }
    }
}
