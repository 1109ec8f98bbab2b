using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Masterful.Core.Runtime;

/// <summary>What memory NVIDIA's devices have. TorchSharp can't tell; the tool that comes with the driver can.</summary>
public static class GraphicsMemory
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of the smallest device; null where the tool is missing, does not answer or says something else.</summary>
    public static async Task<long?> SmallestAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("nvidia-smi", ["--query-gpu=memory.total", "--format=csv,noheader,nounits"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            try
            {
                return Smallest(await process.StandardOutput.ReadToEndAsync(patience.Token).ConfigureAwait(false));
            }
            finally
            {
                process.Kill();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>One line a device, MiB each.</summary>
    internal static long? Smallest(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var sizes = lines.Select(l => long.TryParse(l, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0).ToList();
        return sizes.Count > 0 && sizes.Min() > 0 ? sizes.Min() << 20 : null;
    }
}
