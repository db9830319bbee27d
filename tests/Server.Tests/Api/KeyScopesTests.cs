using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Api;

/// <summary>An API key opens the operations that name one of its scopes, and no other, whatever account it acts as.</summary>
public sealed class KeyScopesTests(Server server) : IClassFixture<Server>
{
    /// <summary>No operation names these.</summary>
    static readonly string[] Strangers = ["audit:read", "jobs:write", "config:all", "config:readx", "records:write"];

    [Fact]
    public async Task A_key_that_acts_for_an_administrator_opens_what_names_its_scope_and_nothing_else()
    {
        var operations = (await ApiSchemas.ReadAsync(server.Address)).Operations().Select(of => (of.Method, of.Path, Scopes: ScopesOf(of.Operation))).ToList();
        var named = operations.SelectMany(of => of.Scopes ?? []).Distinct(StringComparer.Ordinal).ToList();
        named.ShouldContain("config:read");
        using var caller = new ApiCaller(server);
        var faults = new List<string>();
        foreach (var scope in (string[])[.. named, .. named.Select(one => $"{one}:printer"), .. Strangers])
        {
            using var key = await AdministratorsKeyAsync(scope);
            foreach (var (method, path, scopes) in operations.Where(of => of.Scopes is not null))
            {
                using var request = new HttpRequestMessage(new(method), caller.Fill(path));
                using var answer = await key.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var isNamed = scopes!.Any(one => scope == one || (one.StartsWith("config:", StringComparison.Ordinal) && scope == $"{one}:printer"));
                if ((int)answer.StatusCode is 401 or 403 == isNamed) faults.Add($"{method} {path} with {scope}: {(int)answer.StatusCode}");
            }
        }

        faults.ShouldBeEmpty();
        operations.Count(of => of.Scopes is not null).ShouldBeGreaterThan(150);
    }

    [Fact]
    public void No_route_asks_for_a_role_in_another_way_than_by_the_rules_of_routes()
    {
        OtherWays(server.Services.GetRequiredService<EndpointDataSource>().Endpoints).ShouldBeEmpty("Use RouteRules, or RequireAdministrator where the roles are not known.");

        var policy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
#pragma warning disable RS0030 // what no route may have
        foreach (var other in (object[])[policy, new AuthorizeAttribute(), new Requirement()])
#pragma warning restore RS0030
            OtherWays([new(null, new(other), "planted")]).ShouldBe(["planted"]);
    }

    /// <summary>Such an endpoint replaces the policy that every other one has, and with it the judgement of scopes.</summary>
    static List<string?> OtherWays(IEnumerable<Endpoint> endpoints) =>
        [.. endpoints.Where(endpoint => endpoint.Metadata.Any(one => one is AuthorizationPolicy or IAuthorizeData or IAuthorizationRequirementData))
            .Select(endpoint => endpoint.DisplayName)];

    async Task<Client> AdministratorsKeyAsync(string scope)
    {
        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        var made = await admin.PostJsonAsync("/api/v1/api-keys", new { name = "Program", scopes = new[] { scope }, account_id = admin.UserId });
        return Client.WithKey(server.Address, (await made.ShouldAnswerAsync(201)).Text("key")!);
    }

    /// <summary>Those that an operation names; null where it is open to anyone.</summary>
    static List<string>? ScopesOf(JsonElement operation)
    {
        var security = operation.GetProperty("security").EnumerateArray().SelectMany(one => one.EnumerateObject()).ToList();
        return security.Count == 0 ? null : [.. security.Where(one => one.Name == "ApiKey").SelectMany(one => one.Value.EnumerateArray()).Select(scope => scope.GetString()!)];
    }

    sealed class Requirement : IAuthorizationRequirementData
    {
        public IEnumerable<IAuthorizationRequirement> GetRequirements() => [];
    }
}
