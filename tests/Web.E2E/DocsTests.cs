using Microsoft.Playwright;

namespace Consilium.Web;

public sealed class DocsTests(Browser browser) : IClassFixture<Browser>
{
    /// <summary>Pixels. Of many operations the page draws those alone that can be seen.</summary>
    const int WholePage = 20_000;

    [BrowserTheory]
    [InlineData("/docs", ".opblock-summary-path")]
    [InlineData("/api/v1/docs", ".opblock-summary-path")]
    [InlineData("/redoc", "[data-testid='items-navigation-list'] a")]
    [InlineData("/api/v1/redoc", "[data-testid='items-navigation-list'] a")]
    public async Task The_API_is_shown_without_a_fault(string path, string operation)
    {
        var (page, faults) = await browser.OpenAsync(path);
        await page.SetViewportSizeAsync(1280, WholePage);
        await page.Locator(operation).First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await page.Locator(operation).Nth(20).WaitForAsync(new() { State = WaitForSelectorState.Attached }); // there are more than twenty
        faults.ShouldBeEmpty();
        await page.CloseAsync();
    }

    [BrowserTheory]
    [InlineData("API, to try out", "/docs")]
    [InlineData("API, to read", "/redoc")]
    [InlineData("Health", "/health/ready")]
    public async Task The_front_page_leads_on(string link, string path)
    {
        var (page, faults) = await browser.OpenAsync("/");
        (await page.Locator("h1").InnerTextAsync()).ShouldStartWith("Consilium");
        (await page.Locator("h1").EvaluateAsync<string>("heading => getComputedStyle(heading).fontSize")).ShouldNotBe("32px", "the page's own style is not applied");
        await page.Locator("a", new() { HasText = link }).ClickAsync();
        await page.WaitForURLAsync($"**{path}");
        faults.ShouldBeEmpty();
        await page.CloseAsync();
    }

    [BrowserTheory]
    [InlineData("Health", "#/health/")]
    [InlineData("Accounts", "#/accounts/")]
    public async Task An_operation_can_be_read(string tag, string operations)
    {
        var (page, faults) = await browser.OpenAsync("/redoc");
        await page.Locator("[data-testid='menu-item-label']", new() { HasText = tag }).First.ClickAsync();
        var link = page.Locator($"[data-testid='items-navigation-list'] a[href^='{operations}']").First;
        var operation = (await link.GetAttributeAsync("href"))![2..];
        await link.ClickAsync();
        await page.Locator($"[id='{operation}/responses']").WaitForAsync();
        faults.ShouldBeEmpty();
        await page.CloseAsync();
    }

    [BrowserTheory]
    [InlineData("/health/live")]
    public async Task An_operation_can_be_tried_out(string operation)
    {
        var (page, faults) = await browser.OpenAsync("/docs");
        await page.SetViewportSizeAsync(1280, WholePage);
        var block = page.Locator(".opblock", new() { Has = page.Locator($"[data-path='{operation}']") });
        await block.Locator(".opblock-summary").ClickAsync();
        await block.Locator("button.execute").ClickAsync();
        await block.Locator(".live-responses-table .response-col_status", new() { HasText = "200" }).First.WaitForAsync();
        faults.ShouldBeEmpty();
        await page.CloseAsync();
    }
}
