namespace Consilium.Platform.Validation;

/// <summary>
/// A member of a request that may be left out and must not be null. The bound request has null for both, so the route tells them apart and refuses
/// null itself.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RefusesNullAttribute : Attribute;
