namespace Consilium.Modules.Accounts.Contracts;

/// <summary>The built-in assistant, present in every installation; answers of the product's own runs are signed by it.</summary>
public static class AssistantAccount
{
    public const string Name = "Consilium Assistant";

    public static readonly Guid Id = new("00000000-0000-7000-8000-0000000000a1");
}
