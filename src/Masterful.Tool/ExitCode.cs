namespace Masterful.Tool;

/// <summary>What the process ends with; scripts and build steps rely on it.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Unexpected = 1;
    public const int GateNotMet = 2;
    public const int InputWrong = 3;
    public const int Cancelled = 130;

    /// <summary>Every code with its name and what it says: for the help, and for docs/exit-codes.md.</summary>
    public static IReadOnlyList<(int Code, string Name, string Meaning)> All { get; } =
    [
        (Ok, "ok", "What was asked for is done; a gate, where there is one, is met."),
        (Unexpected, "unexpected", "The machine or the tool failed: a full disk, a fault. What was trained is in the journal, and the same command goes on from there."),
        (GateNotMet, "gate not met", "The report is written and the gate is not met, or inconclusive where `gate.on_inconclusive` is `fail`."),
        (InputWrong, "spec or data wrong", "Command line, spec, data, model or policy lock are not fit to go on; the diagnostics say where and what would be right."),
        (Cancelled, "cancelled", "Stopped by Ctrl-C or SIGTERM after a checkpoint; the same command goes on from there."),
    ];
}
