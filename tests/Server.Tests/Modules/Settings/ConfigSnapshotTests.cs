using System.Text.Json;
using Consilium.Modules.Settings;
using FsCheck;
using FsCheck.Fluent;

namespace Consilium.Tests.Modules.Settings;

public sealed class ConfigSnapshotTests
{
    static readonly string[] Scopes = ["", "p", "q"];

    [Theory]
    [InlineData("p", "e", 3)]
    [InlineData("p", "f", 2)]
    [InlineData("p", "", 2)]
    [InlineData("q", "e", 1)]
    [InlineData("", "f", 1)]
    [InlineData("", "e", 4)]
    public void The_nearest_entry_counts(string profile, string environment, int version) =>
        new ConfigSnapshot([Of("k", "", "", 1), Of("k", "p", "", 2), Of("k", "p", "e", 3), Of("k", "", "e", 4)]).Find("k", profile, environment)!.Version.ShouldBe(version);

    [Fact]
    public void What_counts_is_what_layers_over_each_other_leave()
    {
        var entry = from key in Gen.Elements("a", "a.b", "B", "c") from p in Gen.Elements(Scopes) from e in Gen.Elements(Scopes) from v in Gen.Choose(1, 99) select Of(key, p, e, v);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Arb.From(Gen.ListOf(entry)), given =>
        {
            var entries = given.DistinctBy(one => one.Name).ToList();
            var snapshot = new ConfigSnapshot(entries);
            foreach (var profile in Scopes)
            {
                foreach (var environment in Scopes)
                {
                    var layers = new SortedDictionary<string, SnapshotEntry>(StringComparer.Ordinal);
                    foreach (var one in entries.Where(one => one.Name is { Profile: "", Environment: "" })) layers[one.Name.Key] = one;
                    foreach (var one in entries.Where(one => one.Name.Profile == profile && one.Name.Environment == "")) layers[one.Name.Key] = one;
                    foreach (var one in entries.Where(one => one.Name.Profile == profile && one.Name.Environment == environment)) layers[one.Name.Key] = one;

                    snapshot.Effective(profile, environment).ShouldBe(layers.Values);
                    foreach (var key in (string[])["a", "a.b", "B", "c", "none"]) snapshot.Find(key, profile, environment).ShouldBe(layers.GetValueOrDefault(key));
                }
            }
        }));
    }

    static SnapshotEntry Of(string key, string profile, string environment, int version) =>
        new(new(key, profile, environment), JsonElement.Parse("1"), false, version);
}
