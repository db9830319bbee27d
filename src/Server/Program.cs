using Consilium.Modules.Assistant;
using Consilium.Modules.Audit;
using Consilium.Modules.Threads;
using Consilium.Platform.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.AddPlatform();
builder.AddAudit();
builder.AddThreads();
builder.AddAssistant();

var app = builder.Build();
app.UsePlatform();
app.MapApi();
await app.RunAsync();

/// <summary>Visible so that tests can host it.</summary>
internal sealed partial class Program;
