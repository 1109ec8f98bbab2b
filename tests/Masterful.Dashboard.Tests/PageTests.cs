using System.Globalization;
using System.Text.RegularExpressions;
using Masterful.EndToEnd.Tests;
using Masterful.Reporting;
using Masterful.Results;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Masterful.Dashboard.Tests;

/// <summary>The pages in a real browser, on the data of a real run.</summary>
public partial class PageTests(Browser browser, RealRun run)
{
    [Theory]
    [InlineData("Runs", "✔ passed", false)]
    [InlineData("Runs", "✔ passed", true)]
    [InlineData("Report", "Validation Loss Improvement", false)]
    [InlineData("Report", "Validation Loss Improvement", true)]
    [InlineData("Training Policies", "What is taken for what", false)]
    [InlineData("Training Policies", "What is taken for what", true)]
    [InlineData("Data Health", "Labels that are likely wrong", false)]
    [InlineData("Data Health", "Labels that are likely wrong", true)]
    [InlineData("Augmentations", "Strength", false)]
    [InlineData("Augmentations", "Strength", true)]
    [InlineData("Docs", "dotnet masterful", false)]
    [InlineData("Docs", "dotnet masterful", true)]
    public async Task Every_page_shows_a_real_run_without_an_error_and_to_everyone(string title, string content, bool dark)
    {
        await using var page = await OpenAsync(dark);
        await page.MenuAsync(title);
        if (title == "Augmentations")
        {
            await page.Page.Locator(".pairs img").First.WaitForAsync();
        }

        await Expect(page.Page.Locator("#main")).ToContainTextAsync(content);
        await page.PictureAsync($"{title.ToLowerInvariant().Replace(' ', '-')}{(dark ? "-dark" : "")}");
        await page.AssertAccessibleAsync();
        page.AssertNothingWentWrong();
        Assert.All(page.Requests, request => Assert.StartsWith(run.Address.AbsoluteUri, request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_of_runs_that_is_left_before_it_came_opens_no_stream_of_events()
    {
        await using var page = await OpenAsync();
        await page.MenuAsync("Docs");
        await Expect(page.Page.Locator("#main")).ToContainTextAsync("dotnet masterful");
        var before = page.Requests.Count(IsLive);
        await page.Page.RouteAsync("**/api/runs", async route =>
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            await route.ContinueAsync();
        });

        // A browser keeps six connections to a server: with a stream left open each time, the last page would wait for ever.
        await page.Page.EvaluateAsync(
            """
            async () => {
              for (let i = 0; i < 8; i++) {
                location.hash = "#/runs";
                await new Promise(done => setTimeout(done, 30));
                location.hash = "#/docs";
                await new Promise(done => setTimeout(done, 200));
              }
            }
            """);
        await page.MenuAsync("Data Health");

        await Expect(page.Page.Locator("#main")).ToContainTextAsync("Labels that are likely wrong");
        Assert.Equal(before, page.Requests.Count(IsLive));
        page.AssertNothingWentWrong();

        static bool IsLive(string address) => address.EndsWith("api/live", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Brushing_an_axis_changes_which_policies_are_shown()
    {
        await using var page = await OpenAsync();
        await page.MenuAsync("Training Policies");
        var status = page.Page.Locator(".policies [role=status]").First;
        var (passed, all) = await PassingAsync(status);
        Assert.Equal(all, passed);

        var plot = (await page.Page.Locator(".policies .plot").BoundingBoxAsync())!;
        await page.Page.Locator(".policies .plot").ScrollIntoViewIfNeededAsync();
        plot = (await page.Page.Locator(".policies .plot").BoundingBoxAsync())!;
        await page.Page.Mouse.MoveAsync(plot.X + 60 + (plot.Width * 0.4f), plot.Y + 40);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(plot.X + (plot.Width * 0.8f), plot.Y + 40, new MouseMoveOptions { Steps = 5 });
        await page.Page.Mouse.UpAsync();

        await Expect(status).ToContainTextAsync("pass the ranges on");
        Assert.True((await PassingAsync(status)).Passed < all);
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Clear the ranges" }).ClickAsync();
        await Expect(status).Not.ToContainTextAsync("ranges");
        Assert.Equal(all, (await PassingAsync(status)).Passed);
        page.AssertNothingWentWrong();
    }

    [Fact]
    public async Task A_range_can_be_set_by_keyboard()
    {
        await using var page = await OpenAsync();
        await page.MenuAsync("Training Policies");
        await page.Page.GetByText("Ranges by number").First.PressAsync("Enter");
        await page.Page.GetByLabel("rotate, at least").FillAsync("1");
        await page.Page.GetByLabel("rotate, at least").PressAsync("Enter");

        await Expect(page.Page.Locator(".policies [role=status]").First).ToContainTextAsync("pass the ranges on rotate");
        var rows = page.Page.Locator(".policies tbody tr th").Filter(new LocatorFilterOptions { HasTextRegex = Rotated() });
        Assert.True(await rows.CountAsync() > 0);
    }

    [Fact]
    public async Task A_cell_of_the_confusion_leads_to_its_images_and_to_no_others()
    {
        await using var page = await OpenAsync();
        await page.MenuAsync("Training Policies");
        var cell = page.Page.Locator(".matrix td button").Filter(new LocatorFilterOptions { HasTextRegex = Digits() }).First;
        var words = (await cell.GetAttributeAsync("aria-label"))!;
        await cell.ClickAsync();

        var truth = words[..words.IndexOf(" taken for ", StringComparison.Ordinal)];
        var cards = page.Page.Locator("section .gallery li");
        await Expect(cards.First).ToBeVisibleAsync();
        Assert.All(await cards.Locator("strong").AllTextContentsAsync(), name => Assert.Equal(truth, name));
        Assert.InRange(await cards.CountAsync(), 1, int.Parse(words[(words.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        await page.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('section .gallery img')].slice(0, 1).every(i => i.complete && i.naturalWidth === 12)");
        page.AssertNothingWentWrong();
    }

    [Fact]
    public async Task Two_runs_are_compared_side_by_side()
    {
        await using var page = await OpenAsync();
        var boxes = page.Page.GetByRole(AriaRole.Checkbox);
        Assert.Equal(2, await boxes.CountAsync());
        await boxes.Nth(0).CheckAsync();
        await boxes.Nth(1).CheckAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Compare the two" }).ClickAsync();
        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("Two runs side by side");
        await page.ReadyAsync();

        Assert.Equal(2, await page.Page.GetByRole(AriaRole.Row, new PageGetByRoleOptions { Name = "Masterful, test error" }).Locator("td.number").Filter(new LocatorFilterOptions { HasText = "%" }).CountAsync());
        await page.PictureAsync("compare");
        await page.AssertAccessibleAsync();
        page.AssertNothingWentWrong();
    }

    [Fact]
    public async Task The_search_field_keeps_the_runs_that_match()
    {
        await using var page = await OpenAsync();
        await page.Page.GetByRole(AriaRole.Searchbox).FillAsync("no such run");
        await Expect(page.Page.GetByText("No runs.")).ToBeVisibleAsync();
        await page.Page.GetByRole(AriaRole.Searchbox).FillAsync("bars");
        Assert.Equal(2, await page.Page.GetByRole(AriaRole.Checkbox).CountAsync());
    }

    [Fact]
    public async Task A_leak_and_its_images_are_shown()
    {
        await using var page = await OpenAsync();
        await page.MenuAsync("Data Health");
        await Expect(page.Page.GetByText("leak into test").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_slider_changes_the_images()
    {
        await using var page = await OpenAsync();
        await page.MenuAsync("Augmentations");
        var changed = page.Page.Locator(".pairs img").Nth(1);
        await changed.WaitForAsync();
        var before = await changed.GetAttributeAsync("src");
        await page.Page.GetByRole(AriaRole.Slider).PressAsync("End");

        await Expect(page.Page.Locator("output")).ToContainTextAsync("100");
        await Expect(page.Page.Locator(".pairs img").Nth(1)).Not.ToHaveAttributeAsync("src", before!);
        page.AssertNothingWentWrong();
    }

    [Fact]
    public async Task A_search_under_way_shows_its_trials_as_they_finish()
    {
        await using var page = await OpenAsync();
        var panel = page.Page.Locator(".panel");
        await Expect(panel).ToBeHiddenAsync();
        using var search = ToolProcess.Start(run.Folder, "search", "--update", "--set", "training.seed=11");
        await Expect(panel).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 60_000 });

        await Expect(panel.GetByText("trained,")).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 60_000 });
        await page.Page.WaitForFunctionAsync("() => document.querySelectorAll('.panel tbody tr').length >= 3", null, new PageWaitForFunctionOptions { Timeout = 60_000 });
        await page.PictureAsync("live");
        Assert.Equal(0, search.Wait().ExitCode);
        await Expect(page.Page.Locator(".panel")).ToBeHiddenAsync(new LocatorAssertionsToBeHiddenOptions { Timeout = 20_000 });
        page.AssertNothingWentWrong();
    }

    [Fact]
    public async Task The_report_opens_from_disk_without_a_network()
    {
        await run.StartedAsync();
        var file = new FileInfo(Path.Combine(run.ReportFolder, ReportWriter.HtmlName));
        Assert.InRange(file.Length, 500_000, 2_000_000);
        await using var page = await browser.OpenAsync(new Uri(file.FullName), offline: true);

        await Expect(page.Page.Locator("h1")).ToContainTextAsync("Masterful report: Bars");
        Assert.True(await page.Page.Locator("figure canvas").CountAsync() >= 5);
        await page.PictureAsync("file-report");
        await page.AssertAccessibleAsync();
        await page.MenuAsync("Training Policies");
        await page.Page.Locator("section .gallery canvas").First.WaitForAsync();
        await page.AssertAccessibleAsync();
        await page.MenuAsync("Data Health");
        await Expect(page.Page.GetByAltText("Samples of the images of Bars, by class.")).ToBeVisibleAsync();
        page.AssertNothingWentWrong();
        Assert.All(page.Requests, request => Assert.True(request.StartsWith("file:", StringComparison.Ordinal) || request.StartsWith("data:", StringComparison.Ordinal), request));
    }

    [Fact]
    public async Task Hostile_names_do_nothing_on_any_page()
    {
        using var folder = new ResultsFolder();
        folder.Add("hostile", Reporting.Tests.SampleResults.Hostile() with { }, Reporting.Tests.SampleResults.FashionPolicies(3));
        await using var server = await DashboardServer.StartAsync(new DashboardOptions { Folders = [folder.Path] }, CancellationToken.None);
        await using var page = await browser.OpenAsync(server.Address);
        foreach (var title in new[] { "Report", "Training Policies", "Data Health", "Runs" })
        {
            await page.MenuAsync(title);
            await AssertInertAsync(page);
        }

        ReportWriter.Write(Path.Combine(folder.Path, "hostile"), new ReportOptions());
        await using var file = await browser.OpenAsync(new Uri(Path.Combine(folder.Path, "hostile", ReportWriter.HtmlName)), offline: true);
        foreach (var title in new[] { "Report", "Training Policies", "Data Health" })
        {
            await file.MenuAsync(title);
            await AssertInertAsync(file);
        }
    }

    [Fact]
    public async Task The_way_to_a_fleets_queue_is_there_where_there_is_a_fleet()
    {
        using var folder = new ResultsFolder();
        folder.Add("sample", Reporting.Tests.SampleResults.Fashion());
        await using var server = await DashboardServer.StartAsync(
            new DashboardOptions { Folders = [folder.Path], Queue = queue => queue.Run(context => context.Response.WriteAsync("The queue.")) }, CancellationToken.None);
        await using var page = await browser.OpenAsync(server.Address);

        await page.MenuAsync("Report");
        page.AssertNothingWentWrong();
        await page.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Fleet" }).ClickAsync();

        await Expect(page.Page.GetByText("The queue.")).ToBeVisibleAsync();
        await using var without = await OpenSampleAsync(Reporting.Tests.SampleResults.Fashion());
        await without.MenuAsync("Report");
        await Expect(without.Page.Locator("#pages a")).ToHaveCountAsync(6);
    }

    [Fact]
    public async Task A_hundred_times_the_policies_and_misclassified_images_cost_the_page_less_than_ten_times_the_work()
    {
        using var folder = new ResultsFolder();
        var result = Reporting.Tests.SampleResults.Fashion();
        folder.Add("small", result with { Run = result.Run with { Id = "small" } }, Reporting.Tests.SampleResults.FashionPolicies(100), Misclassified(result, 1000));
        folder.Add("large", result with { Run = result.Run with { Id = "large" } }, Reporting.Tests.SampleResults.FashionPolicies(10_000), Misclassified(result, 100_000));
        await using var server = await DashboardServer.StartAsync(new DashboardOptions { Folders = [folder.Path] }, CancellationToken.None);
        await using var first = await browser.OpenAsync(server.Address);

        var (small, large) = (await WorkAsync(server.Address, "small"), await WorkAsync(server.Address, "large"));

        TestContext.Current.TestOutputHelper?.WriteLine($"small {small:0.00} s, large {large:0.00} s of the page's thread");
        Assert.True(large < 10 * small, $"{large:0.00} s against {small:0.00} s");
    }

    /// <summary>Opens a run, turns a page of its images, sets a range, clears it and filters; the seconds that the page's thread computed.</summary>
    private async Task<double> WorkAsync(Uri server, string id)
    {
        await using var page = await browser.OpenAsync(new Uri(server, $"#/policies/{id}"));
        var session = await page.Page.Context.NewCDPSessionAsync(page.Page);
        await session.SendAsync("Performance.enable", new Dictionary<string, object> { ["timeDomain"] = "threadTicks" });
        await page.Page.ReloadAsync();
        await page.ReadyAsync();
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Next" }).Last.ClickAsync();
        await Expect(page.Page.GetByText("49 to 96 of")).ToBeVisibleAsync();
        await page.Page.GetByText("Ranges by number").First.ClickAsync();
        await page.Page.GetByLabel("rotate, at least").FillAsync("50");
        await page.Page.GetByLabel("rotate, at least").PressAsync("Enter");
        await Expect(page.Page.Locator(".policies [role=status]").First).ToContainTextAsync("pass the ranges on rotate");
        await page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Clear the ranges" }).ClickAsync();
        await Expect(page.Page.Locator(".policies [role=status]").First).Not.ToContainTextAsync("ranges");
        await page.Page.GetByLabel("Stage").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await Expect(page.Page.Locator(".policies tbody td:nth-child(4)").First).ToHaveTextAsync(await page.Page.GetByLabel("Stage").InputValueAsync());
        Assert.Equal(48, await page.Page.Locator("section .gallery li").CountAsync());
        var metrics = (await session.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics");
        page.AssertNothingWentWrong();
        return metrics.EnumerateArray().First(m => m.GetProperty("name").GetString() == "TaskDuration").GetProperty("value").GetDouble();
    }

    [Fact]
    public async Task Policies_are_filtered_by_stage_and_by_share_of_a_training()
    {
        await using var page = await OpenAsync();
        await page.MenuAsync("Training Policies");
        var status = page.Page.Locator(".policies [role=status]").First;
        var all = (await PassingAsync(status)).All;
        foreach (var (label, column) in new[] { ("Stage", 4), ("Share of a training", 5) })
        {
            var choice = page.Page.GetByLabel(label, new PageGetByLabelOptions { Exact = true });
            await choice.SelectOptionAsync(new SelectOptionValue { Index = 1 });
            var wanted = await choice.Locator("option:checked").TextContentAsync();
            Assert.InRange((await PassingAsync(status)).Passed, 1, all);
            Assert.All(await page.Page.Locator($".policies .table tbody td:nth-child({column})").AllTextContentsAsync(), text => Assert.Equal(wanted, text));
            await choice.SelectOptionAsync("");
            Assert.Equal(all, (await PassingAsync(status)).Passed);
        }
    }

    [Fact]
    public async Task Classes_are_sorted_by_change()
    {
        await using var page = await OpenSampleAsync(Reporting.Tests.SampleResults.Fashion());
        await page.MenuAsync("Training Policies");
        await page.Page.GetByLabel("Order", new PageGetByLabelOptions { Exact = true }).SelectOptionAsync("worse");
        var table = page.Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Recall by class", IncludeHidden = true });
        var changes = (await table.Locator("tbody td:nth-last-child(2)").AllTextContentsAsync())
            .Select(text => double.Parse(text.Split(' ')[0].Replace('−', '-'), CultureInfo.InvariantCulture)).ToList();
        var verdicts = await table.Locator("tbody td:last-child").AllTextContentsAsync();


        Assert.True(changes.Count > 2);
        Assert.Equal(changes.Order(), changes);
        Assert.Equal("▲ better", verdicts[^1]);
        Assert.Contains("≈ within noise", verdicts);
        page.AssertNothingWentWrong();
    }

    [Fact]
    public async Task Doses_what_is_left_out_and_what_the_search_decided_are_shown_with_their_errors()
    {
        await using var page = await OpenSampleAsync(Reporting.Tests.SampleResults.Fashion());
        await page.MenuAsync("Training Policies");
        var main = page.Page.Locator("#main");

        await Expect(main).ToContainTextAsync("What unlabeled images are worth");
        await Expect(main).ToContainTextAsync("synthetic: ○ not used");
        await Expect(main).ToContainTextAsync("What the search decided");
        Assert.Equal(2, await page.Page.Locator("figcaption", new PageLocatorOptions { HasText = "when a technique alone is left out" }).CountAsync());
        foreach (var name in new[] { "Contributions to the validation loss", "The validation loss when a technique is left out", "What unlabeled images are worth" })
        {
            var rows = page.Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = name, Exact = true, IncludeHidden = true }).Locator("tbody tr");
            await Expect(rows.Filter(new LocatorFilterOptions { HasText = "±" }).First).ToBeAttachedAsync();
        }

        await page.AssertAccessibleAsync();
        page.AssertNothingWentWrong();
    }

    [Fact]
    public async Task Labels_that_are_likely_wrong_are_shown_with_their_images_once_they_were_looked_for()
    {
        const string Hostile = "=<img src=x onerror=alert(1)>";
        await using var page = await OpenAsync();
        await page.MenuAsync("Data Health");
        await Expect(page.Page.GetByText("dotnet masterful data --labels").First).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("were not looked through yet").First).ToBeVisibleAsync();

        var findings = Enumerable.Range(0, 100).SelectMany(i => new[] { "train", "select" }.Select(split => (Split: split, Image: $"train image {i}")))
            .Prepend((Split: "train", Image: Hostile))
            .Select((place, i) => new LabelFinding
            {
                Rank = i + 1,
                Split = place.Split,
                Image = place.Image,
                Given = Hostile,
                Suggested = "\"2\"",
                GivenProbability = 0.03,
                SuggestedProbability = 0.91,
                Score = 0.88,
                Reason = Hostile,
            });
        await File.WriteAllTextAsync(run.LabelsPath, ResultTables.LabelsCsv(findings), TestContext.Current.CancellationToken);
        await page.MenuAsync("Runs");
        await page.MenuAsync("Data Health");

        var cards = page.Page.Locator(".gallery li").Filter(new LocatorFilterOptions { HasText = "more likely" });
        await Expect(cards.First).ToContainTextAsync($"labelled {Hostile}");
        await Expect(cards.First).ToContainTextAsync("model: 3% against 91%");
        await Expect(cards.First).ToContainTextAsync("not in the data on disk");
        await page.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('.gallery li')].some(c => c.textContent.includes('more likely') && c.querySelector('img')?.naturalWidth === 12)");
        await page.PictureAsync("labels");
        await page.AssertAccessibleAsync();
        await AssertInertAsync(page);

        await File.WriteAllTextAsync(run.LabelsPath, "rank,split\r\n1,train\r\n", TestContext.Current.CancellationToken);
        await page.MenuAsync("Runs");
        await page.MenuAsync("Data Health");
        await Expect(page.Page.GetByText("is not a table of labels: line 2")).ToBeVisibleAsync();
        File.Delete(run.LabelsPath);
    }

    [Fact]
    public async Task Every_page_is_reached_and_used_by_keyboard()
    {
        await using var page = await OpenAsync();
        await page.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the content", await page.Page.EvaluateAsync<string>("() => document.activeElement.textContent"));
        foreach (var title in new[] { "Runs", "Report", "Training Policies" })
        {
            await page.Page.Keyboard.PressAsync("Tab");
            Assert.Equal(title, await page.Page.EvaluateAsync<string>("() => document.activeElement.textContent"));
        }

        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.WaitForFunctionAsync("() => document.title.startsWith('Training Policies') && document.activeElement.id === 'main'");
        await page.ReadyAsync();
        // Without a mouse: everything that reacts to a click is a control of HTML, and every control has a name.
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("() => [...document.querySelectorAll('#main [tabindex]')].filter(e => e.tabIndex > 0).length"));
        await page.Page.Locator(".matrix td button").First.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator(".matrix td button[aria-pressed=true]")).ToHaveCountAsync(1);
        page.AssertNothingWentWrong();
    }

    private async Task<OpenPage> OpenSampleAsync(RunResult result)
    {
        var folder = new ResultsFolder();
        folder.Add("sample", result, Reporting.Tests.SampleResults.FashionPolicies(30));
        var server = await DashboardServer.StartAsync(new DashboardOptions { Folders = [folder.Path] }, CancellationToken.None);
        var page = await browser.OpenAsync(server.Address);
        page.Closed = async () =>
        {
            await server.DisposeAsync();
            folder.Dispose();
        };
        return page;
    }

    private async Task<OpenPage> OpenAsync(bool dark = false)
    {
        await run.StartedAsync();
        return await browser.OpenAsync(run.Address, dark: dark);
    }

    private static async Task AssertInertAsync(OpenPage page)
    {
        page.AssertNothingWentWrong();
        Assert.Equal(0, await page.Page.Locator("#main script, #main iframe, #main object, #main form, #main b, #main i, #main [onerror], #main [onclick], #main [onload], #main a[href^=javascript]").CountAsync());
    }

    private static MisclassifiedFile Misclassified(RunResult result, int count)
    {
        var random = new Random(5);
        var classes = result.Dataset.Classes.Count;
        int[] Draw() => [.. Enumerable.Range(0, count).Select(_ => random.Next(classes))];
        var label = Draw();
        return new MisclassifiedFile
        {
            Split = "test",
            Images = count * 10,
            Index = [.. Enumerable.Range(0, count)],
            Label = label,
            Original = [[.. label.Select(l => (l + 1) % classes)], Draw()],
            Masterful = [[.. label.Select(l => (l + 2) % classes)], Draw()],
        };
    }

    private static async Task<(int Passed, int All)> PassingAsync(ILocator status)
    {
        var match = Numbers().Match((await status.TextContentAsync())!);
        return (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^(\d+) of (\d+) policies")]
    private static partial Regex Numbers();

    [GeneratedRegex(@"^\d+$")]
    private static partial Regex Digits();

    [GeneratedRegex("rotate \\d")]
    private static partial Regex Rotated();
}
