using System.Diagnostics;
using Masterful.Core.Spec;
using Masterful.EndToEnd.Tests;
using Masterful.Results;
using Xunit;

[assembly: AssemblyFixture(typeof(Masterful.Dashboard.Tests.RealRun))]

namespace Masterful.Dashboard.Tests;

/// <summary>A small project that is really run, twice, when a test first asks for it, with its front-end.</summary>
public sealed class RealRun : IAsyncDisposable
{
    private readonly Lazy<Task> _started;
    private SmallProject? _project;
    private DashboardServer? _server;

    public RealRun() => _started = new(StartProjectAsync);

    public Uri Address => _server!.Address;

    public string Folder => _project!.Folder;

    public string ReportFolder => _project!.ReportFolder;

    public string LabelsPath => Path.Combine(Folder, ResultTables.LabelsName);

    public Task StartedAsync() => _started.Value;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _project?.Dispose();
    }

    private async Task StartProjectAsync()
    {
        _project = new SmallProject(epochs: 4);
        _project.Edit("format: idx", "description: Bars on noise.\n  allow_leaks: true\n  limit: { train: 200 }\n  format: idx");
        _project.CopyTrainImageIntoTest();
        foreach (var seed in new[] { 0, 3 })
        {
            var result = ToolProcess.Run(Folder, "run", "--set", $"training.seed={seed}");
            Assert.True(result.ExitCode == 0, result.ToString());
        }

        _server = await StartAsync();
    }

    private async Task<DashboardServer> StartAsync()
    {
        var spec = SpecLoader.Load(_project!.SpecPath, [], _ => null).Spec;
        return await DashboardServer.StartAsync(
            new DashboardOptions
            {
                Folders = [spec.Report.Path, Core.Pipeline.TorchEnvironment.RunsPath(spec.Runtime.Cache)],
                Spec = spec,
                PreviewProgram = new ProcessStartInfo("dotnet", [ToolProcess.Tool, "preview-worker"]),
                LabelsPath = LabelsPath,
                LiveInterval = TimeSpan.FromMilliseconds(200),
            },
            CancellationToken.None);
    }
}
