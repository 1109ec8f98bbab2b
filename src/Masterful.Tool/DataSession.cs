using Masterful.Core.Data;
using Masterful.Core.Pipeline;
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
        progress.Announce($"reading data · {spec.Dataset.Name}", new DataProgress("read", spec.Dataset.Name, 0, null));
        var splits = await new DatasetLoader(spec.Runtime.Cache, call.Log)
            .LoadAsync(spec, new RelayProgress<DataProgress>(p => progress.Tell(p.ToString(), p)), call.Cancellation)
            .ConfigureAwait(false);
        foreach (var warning in splits.Health.Diagnostics)
        {
            call.Log.Diagnostic(warning);
        }

        return splits;
    }
}
