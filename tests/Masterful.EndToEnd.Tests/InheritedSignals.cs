using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Masterful.EndToEnd.Tests;

/// <summary>
/// What a process that a test starts does about signals is the test's business, not that of whoever started the tests: a shell ignores SIGINT
/// for what it puts into the background, nohup SIGHUP, and a process passes on to its children what it ignores.
/// </summary>
internal static partial class InheritedSignals
{
    private const int Ignore = 1;

    /// <summary>Of the operating system's structure only the handler, its first word, matters here; no system's is larger.</summary>
    private const int StructureBytes = 512;

    private static readonly int[] Signals = [1 /* SIGHUP */, 2 /* SIGINT */, 3 /* SIGQUIT */, 15 /* SIGTERM */];
    private static readonly Lock Gate = new();

    /// <summary>Starts a process for which no signal is ignored.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        if (OperatingSystem.IsWindows())
        {
            return Process.Start(start)!;
        }

        lock (Gate)
        {
            var ignored = Signals.Select(s => (Signal: s, Action: Read(s))).Where(s => Handler(s.Action) == Ignore).ToList();
            ignored.ForEach(s => Write(s.Signal, new byte[StructureBytes]));
            try
            {
                return Process.Start(start)!;
            }
            finally
            {
                ignored.ForEach(s => Write(s.Signal, s.Action));
            }
        }
    }

    /// <summary>Lets this process ignore a signal while an action goes on, as one does that a script put into the background.</summary>
    public static void WhileIgnored(int signal, Action action)
    {
        var before = Read(signal);
        var ignoring = new byte[StructureBytes];
        ignoring[0] = Ignore;
        lock (Gate)
        {
            Write(signal, ignoring);
            try
            {
                action();
            }
            finally
            {
                Write(signal, before);
            }
        }
    }

    private static nint Handler(byte[] action) => MemoryMarshal.Read<nint>(action);

    private static byte[] Read(int signal)
    {
        var action = new byte[StructureBytes];
        _ = Action(signal, null, action);
        return action;
    }

    private static void Write(int signal, byte[] action) => _ = Action(signal, action, null);

    [LibraryImport("libc", EntryPoint = "sigaction")]
    private static partial int Action(int signal, byte[]? set, byte[]? previous);
}
