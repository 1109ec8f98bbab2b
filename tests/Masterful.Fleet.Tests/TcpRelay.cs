using System.Net;
using System.Net.Sockets;

namespace Masterful.Fleet.Tests;

/// <summary>A network between a program and a server that can be slow, or hold everything back for a while without closing a connection.</summary>
internal sealed class TcpRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private volatile TaskCompletionSource? _pause;

    public TcpRelay(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Each piece of traffic is late by so much.</summary>
    public TimeSpan Latency { get; set; }

    public void Pause() => _pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume()
    {
        var pause = _pause;
        _pause = null;
        pause?.SetResult();
    }

    public void Dispose()
    {
        Resume();
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_end.Token);
            var server = new TcpClient { NoDelay = true };
            client.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            _ = CopyAsync(client, server);
            _ = CopyAsync(server, client);
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, _end.Token) is > 0 and var length)
            {
                if (Latency > TimeSpan.Zero)
                {
                    await Task.Delay(Latency, _end.Token);
                }

                if (_pause is { } pause)
                {
                    await pause.Task;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, length), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One of the two is gone.
        }
        finally
        {
            from.Dispose();
            to.Dispose();
        }
    }
}
