using System.Security.Cryptography;
using System.Text;
using Intervision.Intake.Encryption;
using Intervision.Intake.V1;
using Intervision.ServiceDefaults.Persistence;

namespace Intervision.Intake.Alerts;

/// <summary>The texts of alerts: like those of cases, encrypted under a key of their own that can be destroyed.</summary>
internal sealed class AlertVault(MasterKey master)
{
    private const string Facts = "facts";
    private const string Request = "request";

    public async Task Open(Tx tx, Guid alert)
    {
        var wrapped = master.Wrap(alert, RandomNumberGenerator.GetBytes(32));
        await tx.Execute("insert into alert_key (alert_id, wrapped_key, key_id) values (@alert, @Bytes, @KeyId)", new { alert, wrapped.Bytes, wrapped.KeyId });
    }

    public async Task Write(Tx tx, Guid alert, AlertTexts texts)
    {
        await Write(tx, alert, Facts, texts.Facts);
        await Write(tx, alert, Request, texts.Request);
    }

    public Task WriteAnswer(Tx tx, Guid alert, string recipient, string answer) =>
        answer.Length == 0 ? Task.CompletedTask : Write(tx, alert, AnswerOf(recipient), answer);

    /// <summary>Null when destroyed.</summary>
    public async Task<AlertTexts?> Read(Tx tx, Guid alert) =>
        await Read(tx, alert, Facts) is { } facts && await Read(tx, alert, Request) is { } request ? new AlertTexts { Facts = facts, Request = request } : null;

    public Task<string?> ReadAnswer(Tx tx, Guid alert, string recipient) => Read(tx, alert, AnswerOf(recipient));

    public static Task Destroy(Tx tx, Guid alert) => tx.Execute(
        "with texts as (delete from alert_text where alert_id = @alert) update alert_key set wrapped_key = null where alert_id = @alert", new { alert });

    private static string AnswerOf(string recipient) => $"answer/{recipient}";

    private async Task Write(Tx tx, Guid alert, string field, string text)
    {
        var key = await Key(tx, alert) ?? throw new InvalidOperationException("The key of this alert was destroyed.");
        await tx.Execute(
            """
            insert into alert_text (alert_id, field, ciphertext) values (@alert, @field, @ciphertext)
            on conflict (alert_id, field) do update set ciphertext = excluded.ciphertext
            """,
            new { alert, field, ciphertext = Sealed.Seal(key, Encoding.UTF8.GetBytes(text), Aad.Of(alert, field)) });
    }

    private async Task<string?> Read(Tx tx, Guid alert, string field)
    {
        var key = await Key(tx, alert);
        var ciphertext = await tx.SingleOrDefault<byte[]>("select ciphertext from alert_text where alert_id = @alert and field = @field", new { alert, field });
        return key is null || ciphertext is null ? null : Encoding.UTF8.GetString(Sealed.Open(key, ciphertext, Aad.Of(alert, field)));
    }

    private async Task<byte[]?> Key(Tx tx, Guid alert)
    {
        var (wrapped, keyId) = await tx.SingleOrDefault<(byte[]?, string?)>("select wrapped_key, key_id from alert_key where alert_id = @alert", new { alert });
        return wrapped is null ? null : master.Unwrap(alert, wrapped, keyId);
    }
}
