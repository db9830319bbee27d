using Consilium.Modules.Accounts;
using Consilium.Modules.Assistant;
using Consilium.Modules.Audit;
using Consilium.Modules.Cases;
using Consilium.Modules.Threads;
using Consilium.Platform.Hosting;

return CreateAdmin.Is(args)
    ? await CreateAdmin.RunAsync(args, Build, Console.IsInputRedirected ? Console.In : TextReader.Null, Console.Out, Console.Error)
    : await ServerProcess.RunAsync(Build);

WebApplication Build()
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddPlatform();
    builder.AddAudit();
    builder.AddAccounts();
    builder.AddThreads();
    builder.AddAssistant();
    builder.AddCases();

    var app = builder.Build();
    app.UsePlatform();
    var api = app.MapApi();
    api.MapAccounts();
    api.MapCases();
    return app;
}

/// <summary>Visible so that tests can host it.</summary>
internal sealed partial class Program;
