namespace Consilium.Modules.Accounts.Contracts;

/// <summary>What a login, a refresh and the role signups answer. <c>expires_in</c> is the access token's life in seconds.</summary>
internal sealed record LogInResponse(string AccessToken, string RefreshToken, string TokenType, int ExpiresIn, Guid UserId, Role Role, Guid? ProfileId);
