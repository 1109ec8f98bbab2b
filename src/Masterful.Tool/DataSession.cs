using Masterful.Abstractions;
using Masterful.Core.Data;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Tool.Output;

namespace Masterful.Tool;

/// <summary>Reads the data of a spec for the commands that look at it.</summary>
internal static class DataSession
{
    /// <summary>The splits, with progress; warnings of the checks are told.</summary>
    public static async Task<DatasetSplits> LoadAsync(CommandCall call, MasterfulSpec spec)
    {
        using var progress = new ProgressLine(call.Host, call.Log);
        var custom = spec.Dataset.Format == DatasetFormat.Custom
            ? PluginAssembly.Create<IImageSource>(spec.Model.Assembly!, spec.Dataset.Type!)
            : null;
        var splits = await new DatasetLoader(spec.Runtime.Cache, call.Log).LoadAsync(
            spec.Dataset,
            spec.Model.InputShape,
            custom,
            spec.PositionOf,
            new ImmediateProgress<DataProgress>(p => progress.Tell(Text(p), p)),
            call.Cancellation).ConfigureAwait(false);
        foreach (var warning in splits.Health.Diagnostics)
        {
            call.Log.Diagnostic(warning);
        }

        return splits;
    }

    /// <summary>One line on how far reading is.</summary>
    public static string Text(DataProgress progress) =>
        $"{progress.Activity} {progress.Subject}: {progress.Done:N0}{(progress.Total is { } total ? $" of {total:N0}" : "")}";
}
