using Consilium.Modules.Assistant;
using Consilium.Platform.Hosting;
using Microsoft.Extensions.Configuration;

namespace Consilium.Tests.Modules.Assistant;

public sealed class ProvidersConfigurationTests
{
    [Fact]
    public void Without_any_setting_there_are_the_rules_alone()
    {
        Read().Providers.ShouldBeEmpty();
        new ProvidersNotice(Read()).Lines.ShouldBe(["built-in rules"]);
    }

    [Theory]
    [InlineData("", "openai gpt-4 → groq llama-3.3-70b-versatile → gemini gemini-pro → built-in rules")]
    [InlineData("openai", "openai gpt-4 → groq llama-3.3-70b-versatile → gemini gemini-pro → built-in rules")]
    [InlineData("groq", "groq llama-3.3-70b-versatile → openai gpt-4 → gemini gemini-pro → built-in rules")]
    [InlineData("gemini", "gemini gemini-pro → openai gpt-4 → groq llama-3.3-70b-versatile → built-in rules")]
    [InlineData("Google ", "gemini gemini-pro → openai gpt-4 → groq llama-3.3-70b-versatile → built-in rules")]
    [InlineData("rules", "built-in rules")]
    public void Every_provider_with_a_key_is_in_the_chain_and_the_named_one_first(string first, string chain) =>
        new ProvidersNotice(Read(("AI_PROVIDER", first), ("OPENAI_API_KEY", "a"), ("GROQ_API_KEY", "b"), ("GOOGLE_API_KEY", "c"))).Lines.ShouldBe([chain]);

    [Fact]
    public void The_variables_name_key_model_and_address()
    {
        var chain = Read(("OPENAI_API_KEY", " a "), ("OPENAI_MODEL", "gpt-4o"), ("OPENAI_BASE_URL", "http://localhost:1/v1"), ("GROQ_API_KEY", "b"),
            ("GROQ_MODEL", "x"), ("GOOGLE_API_KEY", "c"), ("GEMINI_MODEL", "y")).Providers;
        chain.Select(p => (p.Name, p.Model, p.BaseAddress.ToString(), p.Key!.Reveal())).ShouldBe([
            ("openai", "gpt-4o", "http://localhost:1/v1", "a"), ("groq", "x", "https://api.groq.com/openai/v1", "b"),
            ("gemini", "y", "https://generativelanguage.googleapis.com/v1beta/openai", "c")]);
    }

    [Fact]
    public void A_list_has_its_own_order_and_names()
    {
        var chain = Read(
            ("Assistant:Providers:0:Name", "own"), ("Assistant:Providers:0:BaseAddress", "http://localhost:11434/v1"), ("Assistant:Providers:0:Model", "llama"),
            ("Assistant:Providers:0:ContinuesPrefix", "true"), ("Assistant:Providers:0:TokenTimeout", "00:00:07"),
            ("Assistant:Providers:1:Name", "groq"), ("Assistant:TokenTimeout", "00:00:09"), ("Assistant:MaxAnswerLength", "5000"),
            ("GROQ_API_KEY", "b"), ("OPENAI_API_KEY", "not listed"));
        chain.MaxAnswerLength.ShouldBe(5000);
        chain.Providers.Select(p => (p.Name, p.Model, p.Key?.Reveal(), p.ContinuesPrefix, p.TokenTimeout.Seconds)).ShouldBe([
            ("own", "llama", null, true, 7), ("groq", "llama-3.3-70b-versatile", "b", false, 9)]);
    }

    [Fact]
    public void A_key_may_lie_in_a_file()
    {
        var file = Path.Combine(TempDirectory.New(), "key");
        File.WriteAllText(file, "from-a-file\n");
        Read(("Assistant:Providers:0:Name", "openai"), ("Assistant:Providers:0:KeyFile", file)).Providers.Single().Key!.Reveal().ShouldBe("from-a-file");
    }

    public static TheoryData<string, string> Mistakes => new()
    {
        { "AI_PROVIDER=openai", "OPENAI_API_KEY is missing" },
        { "AI_PROVIDER=groq OPENAI_API_KEY=a", "GROQ_API_KEY is missing" },
        { "AI_PROVIDER=google", "GOOGLE_API_KEY is missing" },
        { "AI_PROVIDER=claude", "AI_PROVIDER is 'claude', and must be one of openai, groq, gemini, rules" },
        { "OPENAI_BASE_URL=localhost:11434", "OPENAI_BASE_URL must be an address" },
        { "OPENAI_API_KEY=sïgn", "The key of the provider openai has spaces or letters" },
        { "Assistant:Providers=openai", "is a list" },
        { "Assistant:Providers:0:Model=x", "Assistant:Providers:0 needs a Name" },
        { "Assistant:Providers:0:Name=own", "(own) needs a BaseAddress" },
        { "Assistant:Providers:0:Name=own Assistant:Providers:0:BaseAddress=http://h/v1", "(own) needs a Model" },
        { "Assistant:Providers:0:Name=own Assistant:Providers:0:BaseAddress=ftp://h/v1 Assistant:Providers:0:Model=m", "Assistant:Providers:0:BaseAddress must be an address" },
        { "Assistant:Providers:0:Name=own Assistant:Providers:0:BaseAddress=http://me:pw@h/v1 Assistant:Providers:0:Model=m", "without user name" },
        { "Assistant:Providers:0:Name=openai", "needs a Key, a KeyFile, or the variable OPENAI_API_KEY" },
        { "Assistant:Providers:0:Name=openai Assistant:Providers:0:KeyFile=/no/such", "Assistant:Providers:0:KeyFile cannot be read" },
        { "Assistant:Providers:0:Name=openai Assistant:Providers:0:ApiKey=x", "has a member ApiKey, which means nothing" },
        { "Assistant:Providers:0:Name=openai Assistant:Providers:1:Name=OpenAI OPENAI_API_KEY=a", "two entries by the name openai" },
        { "OPENAI_API_KEY=a Assistant:TokenTimeout=soon", "Assistant:TokenTimeout must be a time" },
        { "OPENAI_API_KEY=a Assistant:TokenTimeout=0", "Assistant:TokenTimeout must be a time" },
        { "OPENAI_API_KEY=a Assistant:MaxConcurrency=0", "Assistant:MaxConcurrency must be a whole number from 1" },
        { "OPENAI_API_KEY=a Assistant:BreakerPause=00:00:00.1", "Assistant:BreakerPause must be a time" },
        { "OPENAI_API_KEY=a Assistant:ContinuesPrefix=perhaps", "Assistant:ContinuesPrefix must be true or false" },
        { "OPENAI_API_KEY=a Assistant:MaxTokens=8192", "leaves nothing of its ContextTokens 8192" },
        { "Assistant:MaxAnswerLength=1", "Assistant:MaxAnswerLength must be a whole number from 100" },
        { "Assistant:AnswerTimeout=-00:00:01", "Assistant:AnswerTimeout must be a time" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void What_makes_no_sense_stops_the_start_and_says_why(string settings, string message) =>
        Should.Throw<StartException>(() => Read([.. settings.Split(' ').Select(s => s.Split('=', 2)).Select(s => (s[0], s[1]))])).Message.ShouldContain(message);

    static ChainSettings Read(params (string Key, string Value)[] settings) => ProviderConfiguration.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>(s.Key, s.Value))).Build());
}
