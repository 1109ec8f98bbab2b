using Masterful.Core.Spec;

namespace Masterful.Tool;

/// <summary>What the targets of Masterful.MSBuild say by themselves, before the tool is started; the texts are theirs.</summary>
internal static class BuildDiagnostics
{
    public static readonly DiagnosticCode FrameworkNotBuilt = new(
        "MST0814", "the framework that is to be trained is not built", "Name a framework of the project as MasterfulTargetFramework, or leave it out.");

    public static readonly DiagnosticCode NoSpec = new(
        "MST0815", "a project without a spec was asked to train", "Write a spec with `dotnet masterful init`, or name it as MasterfulSpec.");

    public static readonly DiagnosticCode NoFramework = new(
        "MST0816", "no framework of the project can be trained", "Add net10.0 or net8.0 to TargetFrameworks, or name one as MasterfulTargetFramework.");
}
