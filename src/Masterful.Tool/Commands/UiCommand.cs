using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Masterful.Dashboard;
using Masterful.Fleet;

namespace Masterful.Tool.Commands;

/// <summary><c>ui</c>: the runs, the data and the techniques in a browser.</summary>
internal static class UiCommand
{
    public static Command Create(CommandBinder bind)
    {
        var folders = new Argument<string[]>("folders")
        {
            Description = "More report folders, or folders with such folders in them, e.g. the artifacts of a build. The spec's own are always shown.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var port = PortOption.Create("The port on 127.0.0.1; by default a free one.");
        var noBrowser = new Option<bool>("--no-browser") { Description = "Only tell the address." };
        var command = new Command("ui", "Shows runs, policies, data and techniques in a browser, and a search while it runs; with MASTERFUL_FLEET also the fleet's queue. Only this machine can reach it. Ctrl-C ends it.") { folders, port, noBrowser };
        bind.Bind(command, async call =>
        {
            var more = call.Parsed.GetValue(folders) ?? [];
            var spec = more.Length == 0 || File.Exists(call.Options.SpecPath) ? call.Options.LoadSpec(call.Host, call.Log) : null;
            using var fleet = await FleetSession.TryOpenAsync(call).ConfigureAwait(false);
            var options = new DashboardOptions
            {
                Folders = [.. more.Select(Existing), .. spec is null ? Array.Empty<string>() : [spec.Report.Path, TorchEnvironment.RunsPath(spec.Runtime.Cache)]],
                Spec = spec,
                Port = call.Parsed.GetValue(port),
                PreviewProgram = spec is null ? null : PreviewWorker(call.Options, spec),
                LabelsPath = spec is null ? null : Path.GetFullPath(LabelReport.TablePath(call.Options)),
                OpenJournal = fleet is not null && spec?.Runtime.Journal == JournalKind.Postgres ? () => FleetSession.Journal(call, spec, fleet) : null,
                Queue = fleet is null ? null : new QueuePages(fleet).Map,
                Clock = call.Host.Clock,
            };
            await using var server = await StartAsync(options, call.Cancellation).ConfigureAwait(false);
            call.Log.Result($"{server.Address}{Environment.NewLine}Only this machine can open it, and only by this address. Ctrl-C ends it.", new { address = server.Address });
            using var redirect = call.Parsed.GetValue(noBrowser) ? null : new RedirectPage(server.Address);
            if (redirect is not null)
            {
                Open(call, redirect.Path);
            }

            await Task.Delay(Timeout.Infinite, call.Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<DashboardServer> StartAsync(DashboardOptions options, CancellationToken cancellation)
    {
        try
        {
            return await DashboardServer.StartAsync(options, cancellation).ConfigureAwait(false);
        }
        catch (IOException) when (options.Port > 0)
        {
            throw new DiagnosticException(
                ToolDiagnostics.CommandLine, $"Port {options.Port} of 127.0.0.1 is taken. Name another one, or leave --port out for a free one.", new SourcePosition("--port"));
        }
    }

    private static string Existing(string folder) => Directory.Exists(folder)
        ? Path.GetFullPath(folder)
        : throw new DiagnosticException(ToolDiagnostics.NoResult, $"There is no folder {folder}.");

    /// <summary>This program again, as what draws previews: it finds libtorch as the commands that train do.</summary>
    private static ProcessStartInfo PreviewWorker(CommonOptions options, MasterfulSpec spec)
    {
        var self = OwnProgram.For(PreviewWorkerCommand.Name, options.LibTorch, spec.Model.Assembly);
        return new ProcessStartInfo(self.Path, self.Arguments);
    }

    private static void Open(CommandCall call, string page)
    {
        try
        {
            using var browser = Process.Start(new ProcessStartInfo(page) { UseShellExecute = true });
        }
        catch (Exception e) when (e is Win32Exception or FileNotFoundException or PlatformNotSupportedException)
        {
            call.Log.Info("No browser could be started: open the address yourself.");
        }
    }
}
