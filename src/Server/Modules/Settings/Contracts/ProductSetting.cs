using System.Text.Json;

namespace Consilium.Modules.Settings.Contracts;

/// <summary>
/// A key of the product's own configuration, and what its values must be. A module registers its keys as <see cref="ProductSetting"/>; they are read live
/// with <see cref="ISettings"/>, from the entry of this installation's environment (<c>development</c>, <c>production</c>), else from the default entry.
/// </summary>
/// <param name="Key">It begins with <c>assistant.</c>, <c>conversations.</c>, <c>limits.</c>, <c>retention.</c> or <c>features.</c></param>
/// <param name="Rule">What a value must be, as it stands in an error: <c>must be true or false.</c></param>
internal abstract record ProductSetting(string Key, string Rule)
{
    public abstract bool Fits(JsonElement value);
}

/// <inheritdoc/>
/// <param name="Default">While there is no entry.</param>
internal abstract record ProductSetting<T>(string Key, T Default, string Rule) : ProductSetting(Key, Rule)
{
    /// <summary>A value that <see cref="ProductSetting.Fits"/>.</summary>
    public abstract T Read(JsonElement value);
}

/// <summary>On or off.</summary>
internal sealed record Switch(string Key, bool Default) : ProductSetting<bool>(Key, Default, "must be true or false.")
{
    public override bool Fits(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;
    public override bool Read(JsonElement value) => value.GetBoolean();
}

/// <summary>A whole number between bounds, both included.</summary>
internal sealed record Count(string Key, int Default, int Min, int Max) : ProductSetting<int>(Key, Default, $"must be a whole number from {Min} to {Max}.")
{
    public override bool Fits(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= Min && number <= Max;
    public override int Read(JsonElement value) => value.GetInt32();
}

/// <summary>The product's own configuration as it is now: at once after a change here, within seconds after one by another server.</summary>
internal interface ISettings
{
    ValueTask<T> ValueAsync<T>(ProductSetting<T> setting, CancellationToken cancellationToken);
}
