using Microsoft.Extensions.Logging;

namespace Masterful.Core.Spec;

/// <summary>Tells diagnostics to a log that other parts of the engine have, too.</summary>
public static class DiagnosticLog
{
    /// <summary>Logs a diagnostic as what it is: a log that knows diagnostics takes the state, others its text.</summary>
    public static void LogDiagnostic(this ILogger logger, Diagnostic diagnostic)
    {
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentNullException.ThrowIfNull(diagnostic);
        var level = diagnostic.Severity == DiagnosticSeverity.Error ? LogLevel.Error : LogLevel.Warning;
        logger.Log(level, default, diagnostic, null, (d, _) => d.ToString());
    }
}
