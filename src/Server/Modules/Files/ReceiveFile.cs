using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;

namespace Consilium.Modules.Files;

/// <summary>Takes in an upload.</summary>
internal sealed class ReceiveFile
{
    public Task<IResult> HandleAsync(HttpContext http, FilePlace place, Caller caller) => throw new NotSupportedException($"{http.Request.Path} {place} {caller.UserId}");
}
