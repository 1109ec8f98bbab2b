namespace Masterful.Tool;

/// <summary>What the process ends with; scripts and build steps rely on it.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Unexpected = 1;
    public const int GateNotMet = 2;
    public const int InputWrong = 3;
    public const int Cancelled = 130;
}
