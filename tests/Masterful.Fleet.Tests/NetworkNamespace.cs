using System.Diagnostics;

namespace Masterful.Fleet.Tests;

/// <summary>A network of its own on this machine, joined to it by a cable that can be pulled. Needs root; where it can't be made <see cref="Missing"/> says why.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private readonly string _name = $"mst{Environment.ProcessId}";

    public NetworkNamespace()
    {
        // Addresses that are set aside for measuring networks (RFC 2544), a block of four for each process.
        var block = Environment.ProcessId % 16384 * 4;
        string At(int host) => $"198.{18 + (block >> 16)}.{(block >> 8) & 255}.{(block & 255) + host}";
        Address = At(2);
        Missing = Try("netns", "add", _name)
            ?? Try("link", "add", $"{_name}a", "type", "veth", "peer", "name", "inside", "netns", _name)
            ?? Try("address", "add", $"{At(1)}/30", "dev", $"{_name}a")
            ?? Try("link", "set", $"{_name}a", "up")
            ?? Inside("address", "add", $"{Address}/30", "dev", "inside")
            ?? Inside("link", "set", "lo", "up")
            ?? Inside("link", "set", "inside", "up");
    }

    /// <summary>Why there is none, or null.</summary>
    public string? Missing { get; }

    /// <summary>Of what listens inside.</summary>
    public string Address { get; }

    /// <summary>What a command begins with that is to run inside.</summary>
    public IReadOnlyList<string> Prefix => ["ip", "netns", "exec", _name];

    /// <summary>Nothing comes through, and nobody is told.</summary>
    public void Pull() => Check(Inside("link", "set", "inside", "down"));

    /// <summary>All is as before.</summary>
    public void Plug() => Check(Inside("link", "set", "inside", "up"));

    public void Dispose()
    {
        _ = Try("link", "delete", $"{_name}a");
        _ = Try("netns", "delete", _name);
    }

    private static void Check(string? failure)
    {
        if (failure is not null)
        {
            throw new InvalidOperationException(failure);
        }
    }

    private string? Inside(params string[] arguments) => Try(["-netns", _name, .. arguments]);

    private static string? Try(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"ip {string.Join(' ', arguments)}: {error.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return $"ip: {e.Message}";
        }
    }
}
