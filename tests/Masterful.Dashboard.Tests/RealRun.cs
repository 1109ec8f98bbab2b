using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.EndToEnd.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(Masterful.Dashboard.Tests.RealRun))]

namespace Masterful.Dashboard.Tests;

/// <summary>A small project that was really run, twice, with its front-end.</summary>
public sealed class RealRun : IAsyncLifetime
{
    private readonly SmallProject _project = new();
    private DashboardServer? _server;

    public Uri Address => _server!.Address;

    public string Folder => _project.Folder;

    public string ReportFolder => _project.ReportFolder;

    public async ValueTask InitializeAsync()
    {
        _project.Edit("format: idx", "description: Bars on noise.\n  allow_leaks: true\n  format: idx");
        _project.CopyTrainImageIntoTest();
        foreach (var run in (string[][])[["run"], ["run", "--set", "training.seed=3"]])
        {
            var result = ToolProcess.Run(Folder, run);
            Assert.True(result.ExitCode == 0, result.ToString());
        }

        _server = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _project.Dispose();
    }

    private async Task<DashboardServer> StartAsync()
    {
        var spec = SpecLoader.Load(_project.SpecPath, [], _ => null).Spec;
        return await DashboardServer.StartAsync(
            new DashboardOptions
            {
                Folders = [spec.Report.Path, Core.Pipeline.TorchEnvironment.RunsPath(spec.Runtime.Cache)],
                Spec = spec,
                StartTorch = _ => Task.Run(LoadTorch),
                LiveInterval = TimeSpan.FromMilliseconds(200),
            },
            CancellationToken.None);
    }

    private static void LoadTorch()
    {
        var folders = MachineFolders.FromEnvironment();
        LibTorch.Load(new LibTorchLocator(null, null, folders).Locate()!, folders);
    }
}
