using System.Diagnostics;
using Masterful.Core.Spec;
using Masterful.Core.Techniques;
using Masterful.EndToEnd.Tests;
using Xunit;

namespace Masterful.Dashboard.Tests;

/// <summary>What draws previews, apart from the server.</summary>
public sealed class PreviewProcessTests
{
    private static readonly PreviewRequest Request = new(new PreviewImages(new ImageShape(8, 8, 1), [new byte[64], [.. Enumerable.Repeat((byte)200, 64)]], [0, -1]), "erase", 100, 1);

    [Fact]
    public async Task It_ends_when_nobody_asks_and_comes_back_when_somebody_does()
    {
        await using var process = new PreviewProcess(new ProcessStartInfo("dotnet", [ToolProcess.Tool, "preview-worker"]), TimeSpan.FromMilliseconds(200), TimeProvider.System);
        Assert.False(process.IsRunning);

        var first = await process.RenderAsync(Request, TestContext.Current.CancellationToken);

        Assert.Equal(2, first.Count);
        Assert.NotEqual(first[1].Original, first[1].Changed);
        await WaitForEndAsync(process);
        Assert.Equal(first[1].Changed, (await process.RenderAsync(Request, TestContext.Current.CancellationToken))[1].Changed);
        await WaitForEndAsync(process);
    }

    [Fact]
    public async Task Its_failure_is_told_in_its_own_words()
    {
        await using var process = new PreviewProcess(new ProcessStartInfo("dotnet", [ToolProcess.Tool, "preview-worker", "--libtorch", "no/such/folder"]), TimeSpan.FromSeconds(5), TimeProvider.System);

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => process.RenderAsync(Request, TestContext.Current.CancellationToken));

        Assert.Contains("no/such/folder", error.Message, StringComparison.Ordinal);
    }

    private static async Task WaitForEndAsync(PreviewProcess process)
    {
        for (var i = 0; i < 600 && process.IsRunning; i++)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.False(process.IsRunning);
    }
}
