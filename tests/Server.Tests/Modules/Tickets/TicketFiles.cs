using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Tickets;

/// <summary>Files of tickets, as uploads leave them with nothing left to do in the background.</summary>
internal static class TicketFiles
{
    public static async Task<Guid> UploadedToTicketAsync(this CaseServer server, Client owner, Guid ticketId, params string[] pages)
    {
        var id = await server.UploadedAsync(owner, ticketId, "manual.pdf", pages);
        await server.Database.ExecuteAsync("UPDATE files.files SET place_kind = 'ticket' WHERE id = $1", id);
        return id;
    }
}
