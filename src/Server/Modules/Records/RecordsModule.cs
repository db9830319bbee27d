using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Jobs;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Seeding;

namespace Consilium.Modules.Records;

/// <summary>A patient's record: case history, reports and documents, search in it, and the log of who read what.</summary>
internal static class RecordsModule
{
    public static void AddRecords(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, RecordsJson.Default));
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, RecordSearchJson.Default));
        services.AddScoped<Documents>();
        services.AddScoped<CaseHistories>();
        services.AddScoped<GetCaseHistory>();
        services.AddScoped<WriteCaseHistory>();
        services.AddScoped<GetReports>();
        services.AddScoped<WriteReport>();
        services.AddScoped<GetDocuments>();
        services.AddScoped<UploadDocument>();
        services.AddScoped<UpdateDocument>();
        services.AddScoped<IssueDownloadToken>();
        services.AddScoped<UseDownloadToken>();
        services.AddScoped<IFileHolder, PatientFiles>();
        services.AddScheduledJob<PurgeDownloadTokens>();
        services.AddScoped<SearchRecords>();
        services.AddSingleton<IStartupTask, DemoRecord>();
        services.AddSingleton<ISeeder, SeedRecords>();
    }

    public static void MapRecords(this RouteGroupBuilder api)
    {
        var patients = api.MapGroup("/api/v1/patients").WithTags("Records")
            .WithTagMeaning("Records of patients: case histories, reports, documents, and who has read them.")
            .WithParameter("id", "The patient, by their id.")
            .WithParameter("report_id", "The report, by its id. It must be the patient's.");
        GetCaseHistory.Map(patients);
        WriteCaseHistory.Map(patients);
        GetReports.Map(patients);
        WriteReport.Map(patients);
        var documents = api.MapGroup(DocumentResponse.Root).WithTags("Records").WithParameter("id", "The document, by its id.");
        GetDocuments.Map(patients, documents);
        UploadDocument.Map(patients, documents);
        UpdateDocument.Map(documents);
        DownloadDocument.Map(documents);
        IssueDownloadToken.Map(documents);
        UseDownloadToken.Map(documents);
        SearchRecords.Map(api);
        ListAccessLog.Map(api);
    }
}
