using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Jobs;
using Consilium.Platform.Secrets;
using Consilium.Platform.Seeding;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Consilium.Modules.Accounts;

/// <summary>Users, roles, sessions, tokens and API keys: who is asking, and what a route asks of them.</summary>
internal static class AccountsModule
{
    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        var (services, configuration, environment) = (builder.Services, builder.Configuration, builder.Environment);
        services.AddSingleton(PasswordPolicy.For(configuration, environment));
        services.AddSingleton<IPasswordPolicy>(provider => provider.GetRequiredService<PasswordPolicy>());
        services.AddSingleton(_ => PasswordHashing.For(configuration, environment));
        services.AddSingleton<LoginThrottle>();
        services.AddSingleton<PasswordCheck>();

        services.AddSingleton<KeyRing>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<VerdictCache>();
        services.AddSingleton<LiveCredentials>();
        services.AddSingleton<ICallerSessions>(provider => provider.GetRequiredService<LiveCredentials>());
        services.AddSingleton<RevocationFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<RevocationFeed>());
        services.AddScoped<Sessions>();
        services.AddScoped<UserUpdate>();
        services.AddScoped<IAccountDirectory, AccountDirectory>();
        services.AddScoped<IProfileAccounts, ProfileAccounts>();

        // AddAuthentication would bring data protection, and with it key files in the home directory that nothing here uses.
        services.AddAuthenticationCore(options => options.DefaultScheme = BearerAuthentication.SchemeName);
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.SchemeName, configureOptions: null);
        services.AddSingleton<IAuthorizationHandler, RouteAuthorization>();
        var policy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new RouteRequirement()).Build();
        services.AddAuthorizationBuilder().SetDefaultPolicy(policy).SetFallbackPolicy(policy); // deny by default

        services.AddSingleton<IStartupTask, LoadSigningKeys>();
        services.AddScoped<ISealedColumn, SealedSigningKeys>();
        services.AddSingleton<IStartupTask, EmailKeys>();
        services.AddSingleton<IStartupTask, FirstAccounts>();
        services.AddSingleton<IStartupNotice, DemoAccountsNotice>();
        services.AddScheduledJob<ForgetOldAccess>();
        services.AddSingleton<ISeeder, SeedAccounts>();
    }

    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        SignUp.Map(api);
        LogIn.Map(api);
        Refresh.Map(api);
        LogOut.Map(api);
        ChangePassword.Map(api);
        CreateUser.Map(api);
        ListUsers.Map(api);
        GetUser.Map(api);
        UpdateUser.Map(api);
        IssueStreamTicket.Map(api);
        ApiKeys.Map(api);
        Jwks.Map(api);
    }
}
