using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Tickets;

/// <summary>The Tickets door: a customer's question, worked by staff; the assistant's answer as a stream. The same routes under two addresses.</summary>
internal static class TicketsModule
{
    public static void AddTickets(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, TicketsJson.Default));
        services.AddThreadKind(TicketAccess.Policy);
        services.AddScoped<IThreadSubjects, TicketSubjects>();
        services.AddScoped<TicketAccess>();
        services.AddScoped<OpenTicket>();
        services.AddScoped<SetTicketStatus>();
        services.AddScoped<StreamAnswer>();
    }

    public static void MapTickets(this RouteGroupBuilder api)
    {
        foreach (var prefix in (string[])["/tickets", "/api/v1/tickets"])
        {
            var tickets = api.MapGroup(prefix).WithTags("Tickets")
            .WithTagMeaning("Tickets: what customers ask, answered by the assistant when somebody asks for it, and by staff.")
            .WithParameter("id", "The ticket, by its id.");
            OpenTicket.Map(tickets);
            ListTickets.Map(tickets);
            GetTicket.Map(tickets);
            PostTicketMessage.Map(tickets);
            SetTicketStatus.Map(tickets);
            StreamAnswer.Map(tickets);
            FollowTicket.Map(tickets);
        }
    }
}
