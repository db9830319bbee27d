namespace Consilium.Modules.Accounts.Contracts;

/// <summary>The tokens of a session.</summary>
/// <param name="AccessToken">Send it as <c>Authorization: Bearer …</c>.</param>
/// <param name="RefreshToken">Exchange it once, at <c>/auth/refresh</c>, for the next pair of tokens.</param>
/// <param name="TokenType">Always <c>bearer</c>.</param>
/// <param name="ExpiresIn">How many seconds the access token counts.</param>
/// <param name="UserId">The id of the account.</param>
/// <param name="Role">What the account is.</param>
/// <param name="ProfileId">The id of its profile as doctor, patient or hospital; null where the role has none.</param>
internal sealed record LogInResponse(string AccessToken, string RefreshToken, string TokenType, int ExpiresIn, Guid UserId, Role Role, Guid? ProfileId);
