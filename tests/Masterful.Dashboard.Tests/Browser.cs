using System.Collections.Concurrent;
using System.Text.Json;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Masterful.Dashboard.Tests.Browser))]

namespace Masterful.Dashboard.Tests;

/// <summary>The system's Chromium, started once. Where there is none, the tests that need it are skipped and say so.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => System.IO.Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    public async ValueTask InitializeAsync()
    {
        if (Path is null)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Path, Args = ["--no-sandbox", "--disable-gpu"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>Opens an address in a fresh profile and waits until the page is there.</summary>
    public async Task<OpenPage> OpenAsync(Uri address, bool offline = false, bool dark = false)
    {
        Assert.SkipWhen(_browser is null, "There is no Chromium here: apt-get install chromium.");
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            Offline = offline,
            ViewportSize = new ViewportSize { Width = 1280, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
        });
        var page = new OpenPage(await context.NewPageAsync());
        await page.GoAsync(address.AbsoluteUri);
        return page;
    }
}

/// <summary>A page with what went wrong on it.</summary>
public sealed class OpenPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _problems = [];

    public OpenPage(IPage page)
    {
        Page = page;
        page.SetDefaultTimeout(30_000);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _problems.Enqueue($"{message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => _problems.Enqueue("error: " + error);
        page.Dialog += (_, dialog) => _problems.Enqueue("dialog: " + dialog.Message);
        page.Request += (_, request) => Requests.Enqueue(request.Url);
    }

    public IPage Page { get; }

    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>What goes with the page.</summary>
    public Func<Task> Closed { get; set; } = () => Task.CompletedTask;

    public async Task GoAsync(string address)
    {
        await Page.GotoAsync(address);
        await ReadyAsync();
    }

    /// <summary>Follows a link of the page's own menu.</summary>
    public async Task MenuAsync(string title)
    {
        await Page.Locator("#pages").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = title, Exact = true }).ClickAsync();
        await ReadyAsync();
    }

    public async Task ReadyAsync()
    {
        await Page.Locator("#main:not([aria-busy]) h1").First.WaitForAsync();
        await Page.WaitForFunctionAsync("() => [...document.querySelectorAll('.plot')].every(p => p.querySelector('canvas') || !p.clientWidth)");
    }

    /// <summary>The page as a picture, where MASTERFUL_SCREENSHOTS names a folder.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("MASTERFUL_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = System.IO.Path.Combine(folder, name + ".png"), FullPage = true });
        }
    }

    public void AssertNothingWentWrong() => Assert.Empty(_problems);

    /// <summary>No finding of axe-core that it calls serious or critical.</summary>
    public async Task AssertAccessibleAsync()
    {
        await Page.EvaluateAsync(new BundledAxeScriptProvider().GetScript() + "; undefined");
        var findings = await Page.EvaluateAsync<JsonElement>("async () => (await axe.run()).violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => `${v.id}: ${v.nodes.map(n => n.html).slice(0, 3).join(' | ')}`)");
        Assert.Empty(findings.EnumerateArray().Select(f => f.GetString()));
    }

    public async ValueTask DisposeAsync()
    {
        await Page.Context.CloseAsync();
        await Closed();
    }
}
