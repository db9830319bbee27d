using Consilium.Platform.Database;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Consilium.Modules.Accounts;

/// <summary>What all ways of creating an account share.</summary>
internal static class NewAccounts
{
    /// <summary>Saves; false when the e-mail is taken. The index decides, so that two at once cannot both get it.</summary>
    public static async Task<bool> TrySaveAsync(ConsiliumDb db, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException fault)
            when (fault.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "users_email" })
        {
            return false;
        }
    }
}
