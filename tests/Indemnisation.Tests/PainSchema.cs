using System.Collections.Concurrent;
using System.Xml;
using System.Xml.Schema;
using Intervision.Indemnisation.Payments;
using Intervision.Indemnisation.V1;

namespace Intervision.Indemnisation.Tests;

/// <summary>ISO's own schemas, and files written without a database.</summary>
internal static class PainSchema
{
    private static readonly ConcurrentDictionary<PaymentFormat, XmlSchemaSet> Schemas = new();

    public static string Namespace(PaymentFormat format) =>
        $"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{(format == PaymentFormat.Pain00100103 ? "03" : "09")}";

    public static async Task<byte[]> Written(RunRow run, IReadOnlyList<PaymentRow> payments)
    {
        using var memory = new MemoryStream();
        await PainFile.Write(memory, run, payments.Count, payments.ToAsyncEnumerable(), CancellationToken.None);
        return memory.ToArray();
    }

    public static void MustBeValid(byte[] file, PaymentFormat format)
    {
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, Schemas = Schemas.GetOrAdd(format, Read) };
        settings.ValidationFlags |= XmlSchemaValidationFlags.ReportValidationWarnings;
        settings.ValidationEventHandler += (_, e) => Assert.Fail($"{e.Severity}: {e.Message}");
        using var reader = XmlReader.Create(new MemoryStream(file), settings);
        var elements = 0;
        while (reader.Read())
        {
            elements++;
        }

        Assert.True(elements > 20);
    }

    private static XmlSchemaSet Read(PaymentFormat format)
    {
        var set = new XmlSchemaSet();
        var name = Namespace(format);
        set.Add(name, Path.Combine(AppContext.BaseDirectory, "data", name[(name.LastIndexOf(':') + 1)..] + ".xsd"));
        set.Compile();
        return set;
    }
}
