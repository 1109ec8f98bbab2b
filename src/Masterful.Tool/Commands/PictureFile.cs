using Masterful.Core.Data;
using Masterful.Core.Spec;
using Masterful.Results;
using Masterful.Tool.Output;

namespace Masterful.Tool.Commands;

/// <summary>A picture beside figures: whatever goes wrong with it, the figures are told.</summary>
internal static class PictureFile
{
    /// <summary>Draws and writes a picture.</summary>
    /// <returns>What went wrong, to be told after the figures; null when it is there.</returns>
    public static Diagnostic? Write(string path, Func<byte[]> draw)
    {
        byte[] picture;
        try
        {
            picture = draw();
        }
#pragma warning disable CA1031 // Of the figures nothing is wrong, whatever the picture lacks.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Diagnostic(DataDiagnostics.PictureNotDrawn, DiagnosticSeverity.Warning, $"The picture can't be drawn: {Cause.Of(e)}", new SourcePosition(path));
        }

        try
        {
            AtomicFile.Write(path, picture);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Diagnostic(ToolDiagnostics.FileTrouble, DiagnosticSeverity.Error, $"{Cause.Of(e)} {ToolDiagnostics.FileTrouble.Remedy}", new SourcePosition(path));
        }
    }

    /// <summary>Tells it.</summary>
    /// <returns>The exit code that the command ends with.</returns>
    public static int Tell(ToolLog log, Diagnostic? problem)
    {
        if (problem is not null)
        {
            log.Diagnostic(problem);
        }

        return problem?.Severity == DiagnosticSeverity.Error ? ExitCode.Unexpected : ExitCode.Ok;
    }
}
