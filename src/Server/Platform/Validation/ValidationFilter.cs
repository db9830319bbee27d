using System.Reflection;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using FluentValidation;

namespace Consilium.Platform.Validation;

/// <summary>
/// Validates every bound request for which a FluentValidation validator exists, and the parameters that have <see cref="ParameterRules"/>; 400 with a
/// field map when it fails.
/// </summary>
internal static class ValidationFilter
{
    public static void AddValidation(this IServiceCollection services)
    {
        ValidatorOptions.Global.PropertyNameResolver = (_, member, _) => member is null ? null : JsonPaths.OfMember(member.Name);
        ValidatorOptions.Global.DisplayNameResolver = (_, member, _) => member is null ? null : JsonPaths.OfMember(member.Name);
        ValidatorOptions.Global.LanguageManager.Enabled = false;
        foreach (var found in AssemblyScanner.FindValidatorsInAssembly(typeof(ValidationFilter).Assembly, includeInternalTypes: true))
            services.AddSingleton(found.InterfaceType, found.ValidatorType);
    }

    public static TBuilder Validated<TBuilder>(this TBuilder routes) where TBuilder : IEndpointConventionBuilder
    {
        routes.AddEndpointFilterFactory((handler, next) =>
        {
            var validators = handler.MethodInfo.GetParameters()
                .Select((parameter, index) => (Index: index, Validator: ValidatorOf(handler.ApplicationServices, parameter)))
                .Where(found => found.Validator is not null)
                .ToArray();
            var ruled = ParameterRules.Of(handler.MethodInfo);
            return validators.Length == 0 && ruled.Count == 0 ? next : async context =>
            {
                if (ParameterRules.Faults(ruled, context.Arguments) is { Count: > 0 } faults) return Problems.Invalid(faults);
                foreach (var (index, validator) in validators)
                {
                    if (context.Arguments[index] is not { } argument) continue;
                    var result = await validator!.ValidateAsync(new ValidationContext<object>(argument), context.HttpContext.RequestAborted);
                    if (!result.IsValid) return Problems.Invalid(result.ToDictionary());
                }
                return await next(context);
            };
        });
        return routes;
    }

    static IValidator? ValidatorOf(IServiceProvider services, ParameterInfo parameter) =>
        parameter.ParameterType is { IsClass: true, Namespace: { } name } type && name.StartsWith(nameof(Consilium), StringComparison.Ordinal)
            ? (IValidator?)services.GetService(typeof(IValidator<>).MakeGenericType(type))
            : null;
}
