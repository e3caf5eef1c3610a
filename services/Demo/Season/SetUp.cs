using Google.Protobuf;
using Grpc.Core;
using Intervision.Demo.Suite;
using Intervision.Indemnisation.V1;
using Intervision.Intake.V1;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults;
using Intervision.ServiceDefaults.Time;

namespace Intervision.Demo.Season;

/// <summary>Everything that must be known before the first request: directory, lists, calendar, money, sessions.</summary>
internal sealed class SetUp(Stage stage)
{
    /// <summary>Rows that the directory refused, with their file and line.</summary>
    public List<string> RefusedRows { get; } = [];

    /// <summary>The day before the first request.</summary>
    private DateTimeOffset Now => Stage.At(stage.Region.FirstDate.AddDays(-1), 6);

    public async Task ImportDirectory(Action<double> progress)
    {
        RefusedRows.AddRange(await stage.Suite.ImportPatience.Persist(new DirectoryImport(stage, Now).Run));
        progress(0.5);
        foreach (var consumer in Quiescence.Services.Where(s => s != "membership"))
        {
            await stage.Quiescence.Heard(consumer, "membership");
            progress(0.5 / 3);
        }
    }

    public async Task PutReferences(Action<double> progress)
    {
        foreach (var list in stage.Region.Codes.GroupBy(c => c.List))
        {
            var codes = list.Select(c => c.Code).ToList();
            await stage.Suite.Intake.PutReferenceListAsync(
                new PutReferenceListRequest
                {
                    RequestId = RequestId.Of(["reference_lists.csv", list.Key, .. codes]),
                    List = list.Key,
                    Version = stage.Region.SeasonFirst.Year.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    Codes = { codes },
                },
                stage.As(Cast.Coordinator, Now));
        }

        progress(0.2);
        await PutCalendar();
        progress(0.2);
        await PutMoney();
        progress(0.6);
    }

    /// <returns>All sessions of all pôles, as they stand now.</returns>
    public async Task PlanSeason(Action<double> progress) =>
        await Stage.Together(stage.Region.Poles, async pole =>
        {
            await stage.Suite.Scheduling.PlanSeasonAsync(
                new PlanSeasonRequest
                {
                    RequestId = RequestId.Of("poles.csv", pole.Code, "plan", stage.Region.SeasonFirst.Iso()),
                    Pole = pole.Name,
                    FirstDate = stage.Region.SeasonFirst.ToProto(),
                    LastDate = stage.Region.SeasonLast.ToProto(),
                },
                stage.As(Cast.Coordinator, Now));
            progress(1.0 / stage.Region.Poles.Count);
        });

    private async Task PutCalendar()
    {
        var request = new PutCalendarRequest
        {
            PublicHolidays =
            {
                stage.Region.PublicHolidays.Select(h => new PutCalendarRequest.Types.PublicHoliday { Date = h.First.ToProto(), DisplayName = h.DisplayName }),
            },
            SchoolHolidays =
            {
                stage.Region.SchoolHolidays.Select(h => new PutCalendarRequest.Types.SchoolHoliday
                {
                    DisplayName = h.DisplayName,
                    FirstDate = h.First.ToProto(),
                    ReturnDate = h.Return.ToProto(),
                }),
            },
        };
        request.RequestId = RequestId.Of("calendar", request.ToString());
        await stage.Suite.Scheduling.PutCalendarAsync(request, stage.As(Cast.Coordinator, Now));
    }

    private async Task PutMoney()
    {
        var money = stage.Suite.Indemnisation;
        var file = await File.ReadAllBytesAsync(Path.Combine(stage.Region.Folder, "rate_grids.csv"));
        var grids = await money.ImportRateGridAsync(
            new ImportRateGridRequest { RequestId = RequestId.Of("rate_grids.csv", Convert.ToBase64String(file)), Content = ByteString.CopyFrom(file) },
            stage.As(Cast.FinanceOfficer, Now));
        lock (RefusedRows)
        {
            RefusedRows.AddRange(grids.Errors.Select(e => $"rate_grids.csv : {e.Message} ({e.Reason})"));
        }

        foreach (var row in stage.Region.Envelopes)
        {
            await money.PutEnvelopeAsync(
                new PutEnvelopeRequest
                {
                    RequestId = RequestId.Of("envelopes.csv", row.Raw),
                    Envelope = new Envelope
                    {
                        Name = $"envelopes/{row.FundingCode}-{row.Programme}-{row.Year}",
                        FundingCode = row.FundingCode,
                        Programme = $"programmes/{row.Programme}",
                        FiscalYear = row.Year,
                        Amount = row.AmountCents.ToMoney(),
                        WarningPercent = row.WarningPercent,
                    },
                },
                stage.As(Cast.FinanceApprover, Now));
        }

        foreach (var row in stage.Region.Debtors)
        {
            await money.PutDebtorAsync(
                new PutDebtorRequest { RequestId = RequestId.Of("debtor.csv", row.Raw), HolderName = row.HolderName, Iban = row.Iban, Bic = row.Bic },
                stage.As(Cast.FinanceApprover, Now));
        }

        await Stage.Together(stage.Region.Payees, async row =>
        {
            try
            {
                await money.CreatePayeeAsync(
                    new CreatePayeeRequest { RequestId = RequestId.Of("payees.csv", row.Raw), Payee = row.Payee }, stage.As(Cast.FinanceOfficer, Now));
            }
            catch (RpcException e) when (Refusal.Of(e) is { } refusal)
            {
                lock (RefusedRows)
                {
                    RefusedRows.Add($"{row.Label} : {refusal.Message} ({refusal.Reason})");
                }
            }
        });
    }
}
