using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Settings.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Conversations;

/// <summary>The Conversations door: programs talk with the assistant, by API key. The same routes under two addresses; their errors have a shape of their own: see docs/conversations.md.</summary>
internal static class ConversationsModule
{
    static readonly string[] Roots = ["/api/v1/conversations", "/conversations"];

    public static void AddConversations(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ConversationsJson.Default));
        var settings = ConversationsSettings.From(builder.Configuration);
        services.AddSingleton(settings);
        services.AddSingleton<ProductSetting>(settings.PublicRead);
        services.AddErrorEnvelope(new("Conversations", [.. Roots.Select(root => new PathString(root))], new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["unauthenticated"] = "Send a valid key in the header X-API-Key.",
            ["forbidden"] = "Only a key with the right scope may do this.",
            ["not_found"] = "There is no such conversation, message or page.",
            ["validation_failed"] = "Some fields are missing or wrong: see details.",
        }));
        services.AddThreadKind(ConversationAccess.Policy);
        services.AddScoped<IThreadSubjects, ConversationSubjects>();
        services.AddScoped<ConversationAccess>();
        services.AddScoped<CreateConversation>();
        services.AddScoped<DeleteConversation>();
        services.AddScoped<CreateMessage>();
        services.AddScoped<ListMessages>();
        services.AddScoped<DeleteMessage>();
    }

    public static void MapConversations(this RouteGroupBuilder api)
    {
        foreach (var root in Roots)
        {
            var conversations = api.MapGroup(root).WithTags("Conversations")
                .WithTagMeaning("Conversations: what programs hold with the assistant by an API key.")
                .WithParameter("id", "The conversation, by its id.")
                .WithParameter("message_id", "The message, by its id. It must belong to the conversation.");
            CreateConversation.Map(conversations);
            OpenToReaders(GetConversation.Map(conversations));
            DeleteConversation.Map(conversations);
            CreateMessage.Map(conversations);
            OpenToReaders(ListMessages.Map(conversations));
            DeleteMessage.Map(conversations);
        }
    }

    // Who may read is decided anew with every request: the setting is live.
    static void OpenToReaders(RouteHandlerBuilder route) => route.AllowAnyone().ProducesProblem(403)
        .AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            if (http.FindCaller() is { IsApiKey: true } program && program.Scopes.Any(scope => scope is ConversationAccess.ReadScope or ConversationAccess.WriteScope)) return await next(context);
            var (settings, publicRead) = (http.RequestServices.GetRequiredService<ISettings>(), http.RequestServices.GetRequiredService<ConversationsSettings>().PublicRead);
            return await settings.ValueAsync(publicRead, http.RequestAborted) ? await next(context)
                : http.FindCaller() is null ? TypedResults.Challenge()
                : TypedResults.Forbid();
        });
}
