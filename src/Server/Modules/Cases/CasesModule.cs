using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Seeding;

namespace Consilium.Modules.Cases;

/// <summary>The Cases door: a user's issue, worked by staff and the assistant. The same routes under two addresses.</summary>
internal static class CasesModule
{
    public static void AddCases(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, CasesJson.Default));
        services.AddThreadKind(CaseAccess.Policy);
        services.AddScoped<CaseAccess>();
        services.AddScoped<IThreadSubjects, CaseSubjects>();
        services.AddScoped<OpenCase>();
        services.AddScoped<ListCases>();
        services.AddScoped<AssignCase>();
        services.AddSingleton<ISeeder, SeedCases>();
    }

    public static void MapCases(this RouteGroupBuilder api)
    {
        foreach (var prefix in (string[])["/api/v1/cases", "/cases"])
        {
            var cases = api.MapGroup(prefix).WithTags("Cases")
            .WithTagMeaning("Cases: what somebody needs help with, worked on by staff and the assistant together.")
            .WithParameter("id", "The case, by its id.")
                .WithParameter("message_id", "The message, by its id. It must belong to the case.");
            OpenCase.Map(cases);
            ListCases.Map(cases);
            GetCase.Map(cases);
            CloseCase.Map(cases);
            AssignCase.Map(cases);
            SetAssistantMode.Map(cases);
            PostMessage.Map(cases);
            ListMessages.Map(cases);
            EditMessage.Map(cases);
            RetractMessage.Map(cases);
            Attachments.Map(cases);
            MarkRead.Map(cases);
            FollowCase.Map(cases);
        }
    }
}
