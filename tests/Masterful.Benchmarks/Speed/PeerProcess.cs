using System.Diagnostics;
using System.Globalization;

namespace Masterful.Benchmarks.Speed;

/// <summary>A Python with PyTorch and torchvision, which times the same work on the same machine.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;

    private PeerProcess(Process process, string versions) => (_process, Versions) = (process, versions);

    /// <summary>Of PyTorch and torchvision.</summary>
    public string Versions { get; }

    /// <summary>Starts it.</summary>
    /// <param name="python">A command that behaves as python3 does; its words are separated by blanks.</param>
    /// <param name="threads">For tensor work.</param>
    /// <exception cref="InvalidOperationException">It has no PyTorch, or is not there.</exception>
    public static async Task<PeerProcess> StartAsync(string python, int threads)
    {
        var script = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Speed", "peer.py")).ConfigureAwait(false);
        var words = python.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] arguments = [.. words.Skip(1), "-u", "-c", script, threads.ToString(CultureInfo.InvariantCulture)];
        var process = Process.Start(new ProcessStartInfo(words[0], arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return await process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } versions
            ? new PeerProcess(process, versions)
            : throw new InvalidOperationException($"'{python}' has no PyTorch with torchvision.");
    }

    /// <summary>Images per second of a request that peer.py understands.</summary>
    public async Task<double> MeasureAsync(string request)
    {
        await _process.StandardInput.WriteLineAsync(request).ConfigureAwait(false);
        await _process.StandardInput.FlushAsync().ConfigureAwait(false);
        return await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line
            ? double.Parse(line, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"The peer ended at '{request}'.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
