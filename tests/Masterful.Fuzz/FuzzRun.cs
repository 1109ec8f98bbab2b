using System.Diagnostics;
using System.Security.Cryptography;
using Masterful.Core.Spec;

namespace Masterful.Fuzz;

/// <summary>How a reader took an input that it must not have taken so.</summary>
/// <param name="Target">The reader.</param>
/// <param name="Problem">An exception that is no diagnostic, too much time, or too much memory.</param>
/// <param name="File">The input, kept.</param>
internal sealed record Finding(string Target, string Problem, string File);

/// <summary>
/// Gives a reader inputs until its time is over. Each must end well or in a diagnostic, within two seconds, and with no more than a
/// gigabyte allocated on the way.
/// </summary>
/// <param name="target">The reader.</param>
/// <param name="seed">Of all randomness.</param>
/// <param name="findings">Folder for inputs that are findings.</param>
internal sealed class FuzzRun(FuzzTarget target, int seed, string findings)
{
    private const long MostBytes = 1L << 30;
    private const int MostFindings = 5;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Hanging = TimeSpan.FromSeconds(60);

    private byte[] _input = [];
    private long _begun;

    /// <summary>Inputs read.</summary>
    public long Count { get; private set; }

    /// <summary>Of them, how many ended in a diagnostic.</summary>
    public long Refused { get; private set; }

    /// <summary>What was found; the first of each kind.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>Reads the seeds, then mutations of them.</summary>
    public void Run(TimeSpan duration, CancellationToken stop)
    {
        using var watch = new Timer(_ => EndIfHanging(), null, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
        var random = new Random(seed);
        var clock = Stopwatch.StartNew();
        foreach (var sound in target.Seeds)
        {
            Try(sound);
        }

        if (Refused == target.Seeds.Count)
        {
            Findings.Add(new Finding(target.Name, "none of its seeds is read, so that mutations of them try little", Keep(target.Seeds[0])));
        }

        while (clock.Elapsed < duration && Findings.Count < MostFindings && !stop.IsCancellationRequested)
        {
            Try(Mutation.Of(target, random));
        }

        Volatile.Write(ref _begun, 0);
    }

    /// <summary>Reads one input, and judges how that went.</summary>
    public void Try(byte[] input)
    {
        _input = input;
        Volatile.Write(ref _begun, Stopwatch.GetTimestamp());
        // Time of the processor, which a busy machine does not make longer.
        var (started, before) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes());
        var problem = Problem(input);
        Count++;
        var (elapsed, allocated) = (Environment.CpuUsage.TotalTime - started, GC.GetTotalAllocatedBytes() - before);
        problem ??= elapsed > Longest ? $"took {elapsed.TotalSeconds:0.0} s" : allocated > MostBytes ? $"allocated {allocated >> 20} MiB" : null;
        if (problem is not null && Findings.TrueForAll(f => f.Problem.Split('\n')[0] != problem.Split('\n')[0]))
        {
            Findings.Add(new Finding(target.Name, problem, Keep(input)));
        }
    }

    private string? Problem(byte[] input)
    {
        try
        {
            target.Read(input);
            return null;
        }
        catch (DiagnosticException e) when (e.Diagnostics.All(d => d.Message.Length > 0))
        {
            Refused++;
            return null;
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}\n{e.StackTrace}";
        }
    }

    private string Keep(byte[] input)
    {
        var file = Path.Combine(findings, $"{target.Name}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}");
        Directory.CreateDirectory(findings);
        File.WriteAllBytes(file, input);
        return file;
    }

    /// <summary>A thread that hangs can't be stopped: the input is kept and the process ends.</summary>
    private void EndIfHanging()
    {
        if (Volatile.Read(ref _begun) is > 0 and var begun && Stopwatch.GetElapsedTime(begun) > Hanging)
        {
            Console.Error.WriteLine($"{target.Name}: an input hangs: {Keep(_input)}");
            Environment.Exit(1);
        }
    }
}
