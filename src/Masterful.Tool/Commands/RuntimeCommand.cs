using System.CommandLine;
using Masterful.Core.Runtime;

namespace Masterful.Tool.Commands;

/// <summary><c>runtime</c>: libtorch on this machine.</summary>
internal static class RuntimeCommand
{
    public static Command Create(CommandBinder bind) =>
        new("runtime", "Installs libtorch, or lists where it is.") { Install(bind), List(bind) };

    /// <summary>Where a libtorch was found, for people.</summary>
    public static string Origin(LibTorchOrigin origin) => origin switch
    {
        LibTorchOrigin.Named => "named by --libtorch or MASTERFUL_LIBTORCH",
        LibTorchOrigin.ModelProject => "the model project's output",
        LibTorchOrigin.Cache => "the tool's cache",
        _ => "the NuGet packages folder",
    };

    private static Command Install(CommandBinder bind)
    {
        var kind = new Argument<string>("kind") { Description = "cpu (60 to 130 MB) or cuda (several GB)." };
        kind.AcceptOnlyFromAmong("cpu", "cuda");
        var source = new Option<string?>("--source")
        {
            Description = "Take the packages from this NuGet source alone, e.g. a folder of .nupkg files on a machine without a network.",
            HelpName = "FOLDER|URL",
        };
        var command = new Command("install", "Brings libtorch into the tool's cache, through NuGet and its configured sources; does nothing when it is there.") { kind, source };
        bind.Bind(command, async call =>
        {
            var name = call.Parsed.GetValue(kind)!;
            var folder = await TorchSession.InstallAsync(call, Enum.Parse<LibTorchKind>(name, ignoreCase: true), call.Parsed.GetValue(source)).ConfigureAwait(false);
            call.Log.Result($"libtorch {MachineFolders.LibTorchVersion} ({name}) is in {folder}", new { kind = name, version = MachineFolders.LibTorchVersion, folder });
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(CommandBinder bind)
    {
        var command = new Command("list", "Lists every libtorch that is found, first the one that is used.");
        bind.Bind(command, call =>
        {
            var found = new LibTorchLocator(call.Options.LibTorch, call.Options.Assembly, MachineFolders.FromEnvironment()).All().ToList();
            call.Log.Result(Text(found), found.Select((l, i) => new { used = i == 0, kind = Kind(l), origin = l.Origin.ToString(), folder = l.Folder }));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static string Text(List<LibTorchLocation> found) => found.Count == 0
        ? "No libtorch is found. `dotnet masterful runtime install cpu` (or cuda) brings one."
        : string.Join(Environment.NewLine, found.Select((l, i) => $"{(i == 0 ? "used" : "    ")}  {Kind(l),-4}  {l.Folder} ({Origin(l.Origin)})"));

    private static string Kind(LibTorchLocation location) => location.HasCuda ? "cuda" : "cpu";
}
