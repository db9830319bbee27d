using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Platform.Hosting;

/// <summary>Routes that only a test has, in the application as it is: all that stands before its own routes stands before these too.</summary>
internal sealed class PlantedRoutes(Action<IEndpointRouteBuilder> map) : IStartupFilter
{
    /// <summary>Where the host keeps the application's routes while it puts it together.</summary>
    const string Routes = "__GlobalEndpointRouteBuilder";

    bool isDone;

    public static void Into(IServiceCollection services, Action<IEndpointRouteBuilder> map) => services.AddSingleton<IStartupFilter>(new PlantedRoutes(map));

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(new Watched(app, Plant));
        if (!isDone) throw new InvalidOperationException("The host does not keep its routes any more where this looks for them.");
    };

    void Plant(IApplicationBuilder app)
    {
        if (isDone || !app.Properties.TryGetValue(Routes, out var routes)) return;
        isDone = true;
        map((IEndpointRouteBuilder)routes!);
    }

    /// <summary>A builder that tells of each step.</summary>
    sealed class Watched(IApplicationBuilder app, Action<IApplicationBuilder> step) : IApplicationBuilder
    {
        public IServiceProvider ApplicationServices { get => app.ApplicationServices; set => app.ApplicationServices = value; }
        public IFeatureCollection ServerFeatures => app.ServerFeatures;
        public IDictionary<string, object?> Properties => app.Properties;

        public RequestDelegate Build() => app.Build();
        public IApplicationBuilder New() => app.New();

        public IApplicationBuilder Use(Func<RequestDelegate, RequestDelegate> middleware)
        {
            step(app);
            app.Use(middleware);
            return this;
        }
    }
}
