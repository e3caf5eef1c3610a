using Intervision.Intake.V1;
using Intervision.Membership.Events.V1;
using Intervision.Membership.V1;
using Case = Intervision.Intake.V1.Case;

namespace Intervision.Intake.Tests.Library;

/// <summary>A library of its own, so that what is published and who is like whom is this test's alone.</summary>
public class LibraryFixture : IntakeFixture
{
    protected override async Task Prepare()
    {
        await base.Prepare();
        await Deliver(
            "membership",
            new PoleChanged
            {
                Pole = new Pole { Name = "poles/P12", Programme = "programmes/ADDICTIONS", Area = "NPDC", Communes = { "62498", "62427" }, State = Pole.Types.State.Active },
            },
            "poles/P12", Start);
    }

    /// <summary>Puts a text into the library as if it had been published.</summary>
    public Task Put(string title, string situation, string question = "Que proposer maintenant ?", string orientation = "Un rendez-vous commun est proposé.", string motive = "RUPTURE_SOINS", string quarter = "2026-10-01") =>
        Db.InTransaction(
            tx => tx.Execute(
                """
                insert into library_entry (title, situation, question, orientation, orientations, age_band, area, product, motive, publish_quarter, crowd)
                values (@title, @situation || repeat('.', greatest(0, 50 - char_length(@situation))), @question, @orientation, '{ORIENTATION_CSAPA}', '35-44', 'NPDC', 'ALCOOL', @motive, @quarter::date, 5)
                """,
                new { title, situation, question, orientation, motive, quarter }),
            CancellationToken.None);

    /// <summary>From a case to the public page.</summary>
    public async Task<LibraryCase> Published(LibraryText text)
    {
        await this.Approved(text);
        await this.Publish();
        var found = await this.Search(new SearchLibraryRequest { Query = $"\"{text.Title}\"" });
        return (await Intake.GetLibraryCaseAsync(new GetLibraryCaseRequest { Name = found.Hits.Single().Name }, [])).Case;
    }
}
