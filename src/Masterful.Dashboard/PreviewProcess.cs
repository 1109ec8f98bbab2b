using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Masterful.Core.Techniques;
using Masterful.Results;

namespace Masterful.Dashboard;

/// <summary>
/// Renders previews in a process of their own, which ends when none was asked for in a while: torch takes some 200 MB that a process
/// never gives back, and a front-end that is left open should not hold them.
/// </summary>
/// <param name="program">Starts the renderer: a request a line on its standard input, an answer a line on its standard output.</param>
/// <param name="idle">After how long without a request it ends.</param>
/// <param name="clock">The clock.</param>
internal sealed class PreviewProcess(ProcessStartInfo program, TimeSpan idle, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _gate = new(1);
    private Process? _process;
    private Task<string> _errors = Task.FromResult("");
    private ITimer? _timer;

    /// <summary>Whether the renderer is there, with the memory that it takes.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The pictures of a request.</summary>
    /// <exception cref="InvalidDataException">The renderer failed; its own words.</exception>
    public async Task<IReadOnlyList<PreviewPair>> RenderAsync(PreviewRequest request, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var process = Running();
            // From here on the answer is read to its end: the next one's would be taken for it.
            var line = await AnswerAsync(process, JsonSerializer.Serialize(request, ResultFiles.Compact)).ConfigureAwait(false);
            if (line is null)
            {
                var said = (await _errors.ConfigureAwait(false)).Trim();
                await EndAsync().ConfigureAwait(false);
                throw new InvalidDataException(said.Length == 0 ? "The process that draws previews ended without a word." : said);
            }

            return JsonSerializer.Deserialize<IReadOnlyList<PreviewPair>>(line, ResultFiles.Compact)!;
        }
        finally
        {
            _timer?.Change(idle, Timeout.InfiniteTimeSpan);
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        await EndAsync().ConfigureAwait(false);
        _gate.Dispose();
    }

    private Process Running()
    {
        if (IsRunning)
        {
            return _process!;
        }

        _process?.Dispose();
        program.RedirectStandardInput = program.RedirectStandardOutput = program.RedirectStandardError = true;
        try
        {
            _process = Process.Start(program)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidDataException($"{program.FileName} could not be started: {Cause.Of(e)}", e);
        }

        _errors = _process.StandardError.ReadToEndAsync();
        _timer ??= clock.CreateTimer(_ => _ = EndWhenIdleAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return _process;
    }

    private static async Task<string?> AnswerAsync(Process process, string request)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(request).ConfigureAwait(false);
            await process.StandardInput.FlushAsync().ConfigureAwait(false);
            return await process.StandardOutput.ReadLineAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It ended before it read: what it said is told.
            return null;
        }
    }

    private async Task EndWhenIdleAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            await EndAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The end of its input ends the renderer; what does not end then is ended.</summary>
    private async Task EndAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        _process = null;
        using (process)
        {
            try
            {
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It has ended already.
            }

            using var patience = new CancellationTokenSource(Grace);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
