using Consilium.Modules.Accounts;
using Consilium.Modules.Assistant;
using Consilium.Modules.Audit;
using Consilium.Modules.Care;
using Consilium.Modules.Cases;
using Consilium.Modules.Clinic;
using Consilium.Modules.Conversations;
using Consilium.Modules.Files;
using Consilium.Modules.Records;
using Consilium.Modules.Settings;
using Consilium.Modules.Threads;
using Consilium.Modules.Tickets;
using Consilium.Platform.Commands;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Seeding;

return await CommandLine.RunAsync(args, settings =>
{
    var builder = WebApplication.CreateBuilder(settings);
    builder.AddPlatform();
    builder.AddAudit();
    builder.AddAccounts();
    builder.AddSettings();
    builder.AddThreads();
    builder.AddFiles();
    builder.AddCare();
    builder.AddRecords();
    builder.AddAssistant();
    builder.AddCases();
    builder.AddClinic();
    builder.AddConversations();
    builder.AddTickets();

    var app = builder.Build();
    app.UsePlatform();
    var api = app.MapApi();
    api.MapAudit();
    api.MapAccounts();
    api.MapSettings();
    api.MapFiles();
    api.MapCare();
    api.MapRecords();
    api.MapCases();
    api.MapClinic();
    api.MapConversations();
    api.MapTickets();
    return app;
}, CreateAdmin.Command, SeedCommand.Command, ResetCommand.Command);

/// <summary>Visible so that tests can host it.</summary>
internal sealed partial class Program;
