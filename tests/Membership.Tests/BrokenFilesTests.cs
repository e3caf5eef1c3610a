using System.Text;
using Grpc.Core;
using Intervision.Membership.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.Tests.Support;
using Outcome = Intervision.Membership.V1.FileRowResult.Types.Outcome;

namespace Intervision.Membership.Tests;

/// <summary>Files that are not what they should be.</summary>
public sealed class BrokenFilesTests(BrokenFilesTests.Directory membership) : IClassFixture<BrokenFilesTests.Directory>
{
    private const string Header = "person_id;rpps;family_name;given_name;mssante;expert;charter_accepted_date\n";

    [Theory]
    [InlineData("", "COLUMN_MISSING", "person_id")]
    [InlineData("person_id;rpps;family_name;given_name;mssante;expert\n", "COLUMN_MISSING", "charter_accepted_date")]
    [InlineData("person_id;rpps;family_name;given_name;mssante;expert;charter_accepted_date;salaire\n", "COLUMN_UNKNOWN", "salaire")]
    [InlineData("person_id;rpps;rpps;family_name;given_name;mssante;expert;charter_accepted_date\n", "COLUMN_REPEATED", "rpps")]
    [InlineData("person_id,rpps,family_name,given_name,mssante,expert,charter_accepted_date\n", "COLUMN_UNKNOWN", "person_id,rpps")]
    public async Task A_header_that_does_not_fit_refuses_the_import(string header, string reason, string named)
    {
        var refused = await Refuses(reason, [(DirectoryFile.People, header)]);
        Assert.Contains("people.csv", refused.FrenchMessage(), StringComparison.Ordinal);
        Assert.Contains(named, refused.FrenchMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_come_in_their_order_and_once()
    {
        await Refuses("FILE_ORDER", [(DirectoryFile.People, Header), (DirectoryFile.Communes, "")]);
        await Refuses("FILE_INVALID", [(DirectoryFile.Unspecified, Header)]);
        await Refuses("FILE_INVALID", [((DirectoryFile)99, Header)]);
    }

    [Fact]
    public async Task A_line_has_at_most_64_KiB()
    {
        var refused = await Refuses("LINE_TOO_LONG", [(DirectoryFile.People, Header + "P-1;;A;B;;0;\nP-2;;" + new string('x', 70_000) + ";B;;0;\n")]);
        Assert.Contains("people.csv, ligne 3", refused.FrenchMessage(), StringComparison.Ordinal);
        await Refuses("LINE_TOO_LONG", [(DirectoryFile.People, Header + "P-1;;\"A;B;;0;\n" + string.Concat(Enumerable.Repeat("P-2;;A;B;;0;\n", 10_000)))]);
        Assert.Equal(0, await membership.Count("professional where professional_id like 'P-%'"));
    }

    [Fact]
    public async Task A_piece_has_at_most_256_KiB()
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => membership.ImportFiles(
            [(DirectoryFile.People, Header + string.Concat(Enumerable.Repeat("P-2;;A;B;;0;\n", 30_000)))], Guid.CreateVersion7().ToString(), pieceBytes: 300_000));
        Assert.Equal((StatusCode.InvalidArgument, "DATA_TOO_LARGE"), (refused.StatusCode, refused.Reason()));
    }

    [Fact]
    public async Task Lines_that_cannot_be_read_are_rejected_alone()
    {
        byte[] bytes =
        [
            .. Encoding.UTF8.GetBytes(Header + "Q-1;;Avant;A;;0;\nQ-2;;"), 0xC3, 0x28, .. Encoding.UTF8.GetBytes(";B;;0;\nQ-3;;C;C;;0\nQ-4;;\"D\"x;D;;0;\nQ-5;;E\0;E;;0;\n;;F;F;;0;\n"),
            .. Encoding.UTF8.GetBytes("Q-7;;\"Après;\"\"oui\"\"\";G;;0;\n\nQ-8;;H;H;;oui;\nQ-9;;I;I;;0;2026-02-30\n"),
        ];
        var answer = await membership.ImportFiles([(DirectoryFile.People, bytes)], Guid.CreateVersion7().ToString(), pieceBytes: 7);
        Assert.Equal(
            [
                (2, ""), (3, "UTF8_INVALID"), (4, "COLUMN_COUNT"), (5, "QUOTES_INVALID"), (6, "CHARACTER_NOT_ALLOWED"), (7, "KEY_MISSING"), (8, ""),
                (10, "FLAG_INVALID"), (11, "DATE_INVALID"),
            ],
            answer.Results.Where(r => r.Outcome != Outcome.Vanished).OrderBy(r => r.Line).Select(r => (r.Line, r.Reason)));
        Assert.Equal("Après;\"oui\"", await membership.Db.Read(tx => tx.Single<string>("select family_name from professional where professional_id = 'Q-7'"), CancellationToken.None));
    }

    [Theory]
    [InlineData(DirectoryFile.Communes, "insee_code;name;departement;postal_codes;population\n59009;Villeneuve;62;59491;1\n", "DEPARTEMENT_MISMATCH")]
    [InlineData(DirectoryFile.Communes, "insee_code;name;departement;postal_codes;population\n59009;Villeneuve;59;59491;beaucoup\n", "NUMBER_INVALID")]
    [InlineData(DirectoryFile.Memberships, "organisation_identifier;programme_code;from_date;until_date\n590000014;TABAC;2026-01-01;\n", "UNKNOWN_PROGRAMME")]
    [InlineData(DirectoryFile.Memberships, "organisation_identifier;programme_code;from_date;until_date\n590000014;ADDICTIONS;2026-01-01;2026-01-01\n", "MEMBERSHIP_INVALID")]
    [InlineData(DirectoryFile.Memberships, "organisation_identifier;programme_code;from_date;until_date\n590000014;ADDICTIONS;2026-01-01;\n", "MEMBERSHIP_OVERLAP")]
    [InlineData(DirectoryFile.Memberships, "organisation_identifier;programme_code;from_date;until_date\n590000022;ADDICTIONS;2026-01-01;\n", "OWNER_UNKNOWN")]
    [InlineData(DirectoryFile.CptsTerritories, "cpts_identifier;insee_code\n590000014;59350\n", "TERRITORY_NOT_ALLOWED")]
    [InlineData(DirectoryFile.PoleTerritories, "pole_code;insee_code\nP01;59009\n", "UNKNOWN_COMMUNE")]
    [InlineData(DirectoryFile.Activities, "person_id;profession_table;profession_code;savoir_faire;mode_exercice;organisation_identifier;pole_code;from_date;until_date\nPER-1;TRE_G15;93;;L;590000014;;2026-01-01;\n", "PROFESSION_OBSOLETE")]
    public async Task A_line_that_breaks_a_rule_is_rejected(DirectoryFile file, string text, string reason)
    {
        var before = await membership.Count("change");
        var result = (await membership.ImportFiles((file, text))).Line(file, 2);
        Assert.Equal((Outcome.Rejected, reason), (result.Outcome, result.Reason));
        Assert.False(string.IsNullOrWhiteSpace(result.Message));
        Assert.Equal(before, await membership.Count("change"));
    }

    private async Task<RpcException> Refuses(string reason, (DirectoryFile, string)[] files)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => membership.ImportFiles(files, Guid.CreateVersion7().ToString()));
        Assert.Equal((StatusCode.InvalidArgument, reason), (refused.StatusCode, refused.Reason()));
        return refused;
    }

    public sealed class Directory : MembershipFixture
    {
        protected override async Task Prepare() => await this.ImportFiles(DirectoryFiles.Small());
    }
}
