using System.Runtime.InteropServices;
using Masterful.Core.Trials.Workers;
using Microsoft.Win32.SafeHandles;

namespace Masterful.Tool;

/// <summary>This program as its own worker: how to start it, and its two ends of the connection.</summary>
internal static partial class WorkerProgram
{
    /// <summary>The first argument of a worker.</summary>
    public const string Name = "worker";

    /// <summary>Makes a worker one of the fleet, which nobody started.</summary>
    public const string FleetOption = "--fleet";

    /// <summary>What starts a worker that reads the spec as a command did.</summary>
    public static WorkerCommand Command(CommonOptions options)
    {
        var self = OwnProgram.For(Name, options.LibTorch, options.Assembly);
        return new WorkerCommand(
            self.Path,
            [
                .. self.Arguments,
                "--spec", options.SpecPath,
                .. options.Overrides.SelectMany(o => new[] { "--set", o }),
                "--verbosity", options.VerbosityName,
            ]);
    }

    /// <summary>
    /// Takes standard input and output for the connection alone: what the model's own code prints, in .NET or in native code, goes to
    /// standard error from then on.
    /// </summary>
    public static (Stream Input, Stream Output) TakeStreams()
    {
        var input = Console.OpenStandardInput();
        Stream output;
        if (OperatingSystem.IsWindows())
        {
            output = Console.OpenStandardOutput();
        }
        else
        {
            output = new FileStream(new SafeFileHandle(Duplicate(StandardOutput), ownsHandle: true), FileAccess.Write, bufferSize: 0);
            _ = Duplicate(StandardError, StandardOutput);
        }

        Console.SetIn(TextReader.Null);
        Console.SetOut(Console.Error);
        return (input, output);
    }

    private const int StandardOutput = 1;
    private const int StandardError = 2;

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int descriptor, int onto);
}
