namespace Consilium.Modules.Records;

/// <summary>A patient's record: case history, reports and documents, search in it, and the log of who read what.</summary>
internal static class RecordsModule
{
    public static void AddRecords(this WebApplicationBuilder builder)
    {
        _ = builder;
    }

    public static void MapRecords(this RouteGroupBuilder api)
    {
        _ = api;
    }
}
