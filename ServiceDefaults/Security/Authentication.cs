using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.IdentityModel.Tokens;

namespace Intervision.ServiceDefaults.Security;

/// <summary>OIDC bearer tokens: an authority in production, the app host's own key in Development (DESIGN §6).</summary>
public static class Authentication
{
    /// <summary>
    /// Configuration: <c>Authentication:Authority</c> and <c>:Audience</c> (OIDC discovery), or in Development
    /// <c>Authentication:DevelopmentPublicKey</c> (base64 SPKI).
    /// </summary>
    public static void AddCallerAuthentication(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = builder.Configuration.GetSection("Authentication");
        var developmentKey = settings["DevelopmentPublicKey"];
        if (!string.IsNullOrEmpty(developmentKey) && !builder.Environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                "Authentication:DevelopmentPublicKey is set outside Development: refusing to start. Set Authentication:Authority instead.");
        }

        // Without them nobody could be let in: said at the start, not to the first caller.
        foreach (var needed in (string[])["Authority", "Audience"])
        {
            if (!builder.Environment.IsDevelopment() && string.IsNullOrEmpty(settings[needed]))
            {
                throw new InvalidOperationException($"Authentication:{needed} is missing: refusing to start.");
            }
        }

        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.TokenHandlers.Clear();
            options.TokenHandlers.Add(new TokenCache(TimeProvider.System));
            options.TokenValidationParameters.NameClaimType = "sub";
            options.TokenValidationParameters.RoleClaimType = "role";
            options.TokenValidationParameters.ClockSkew = TimeSpan.FromSeconds(30);
            if (string.IsNullOrEmpty(developmentKey))
            {
                options.Authority = settings["Authority"];
                options.Audience = settings["Audience"];
                return;
            }

            options.TokenValidationParameters.ValidIssuer = DevelopmentTokens.Issuer;
            options.TokenValidationParameters.ValidAudience = DevelopmentTokens.Audience;
            options.TokenValidationParameters.ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256];
            options.TokenValidationParameters.IssuerSigningKey = new ECDsaSecurityKey(ReadPublicKey(developmentKey));
        });
        builder.Services.AddAuthorization();
    }

    private static ECDsa ReadPublicKey(string base64)
    {
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(base64), out _);
        return key;
    }
}
