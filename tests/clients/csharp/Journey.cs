// What a program does with the API by Kiota's client: dotnet Client.dll URL
using Consilium.Client;
using Consilium.Client.Models;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

if (args is not [var address]) throw new ArgumentException("Say where the server is.");
var email = $"csharp-{Guid.NewGuid():N}@example.com";
const string password = "four plain words here";

var anyone = Connect(address, new AnonymousAuthenticationProvider());
var account = await anyone.Auth.Signup.PostAsync(new() { Email = email, Password = password });
var session = await anyone.Auth.Login.PostAsync(new() { Username = email, Password = password });
Check(session!.Role == Role.User && session.UserId == account!.Id, "The session is the account's.");

var api = Connect(address, new BaseBearerTokenAuthenticationProvider(new Token(session.AccessToken!)));
var mine = await api.Api.V1.Cases.PostAsync(new() { IssueDescription = "The pump shows E4.", Title = "Pump" });
Check(mine is { Status: CaseStatus.Open, AssigneeId: null, ClosedAt: null }, "A new case is open, nobody's, and not closed.");
var there = api.Api.V1.Cases[mine!.Id!.Value];
await there.Messages.PostAsync(new() { Content = "It beeps, too.", ClientToken = "first" });
var page = await there.Messages.GetAsync(request =>
{
    request.QueryParameters.Limit = 10;
    request.QueryParameters.Q = "beeps";
});
Check(page!.Items is [{ Content: "It beeps, too.", SenderRole: SenderRole.User }] && page.NextCursor is null, "The message is on the only page.");

try
{
    await api.Api.V1.Cases.PostAsync(new() { IssueDescription = "" });
    Check(false, "A case without a description is refused.");
}
catch (Problem problem)
{
    Check(problem.Code == "validation_failed" && problem.Errors!.AdditionalData.ContainsKey("issue_description"), "A refusal names the field.");
}
Check((await there.Close.PutAsync())!.ClosedAt is not null, "The case is closed.");
Console.WriteLine($"C#: signed up, logged in, opened, posted, read and closed {mine.Id}.");

static ConsiliumClient Connect(string address, IAuthenticationProvider who) => new(new HttpClientRequestAdapter(who) { BaseUrl = address });

static void Check(bool holds, string what)
{
    if (!holds) throw new InvalidOperationException($"Not so: {what}");
}

internal sealed class Token(string value) : IAccessTokenProvider
{
    public AllowedHostsValidator AllowedHostsValidator { get; } = new();

    public Task<string> GetAuthorizationTokenAsync(
        Uri uri, Dictionary<string, object>? context = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(value);
}
