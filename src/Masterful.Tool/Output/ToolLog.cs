using System.Text.Json;
using Masterful.Core.Spec;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Tool.Output;

/// <summary>How a command speaks.</summary>
internal enum LogFormat
{
    /// <summary>Sentences on standard error, results on standard output.</summary>
    Text,

    /// <summary>Like text, with diagnostics as GitHub workflow commands.</summary>
    GitHub,

    /// <summary>One JSON event a line on standard output, and nothing else there.</summary>
    Json,
}

/// <summary>Everything that a command says, in one place and one format. Safe to call from several threads.</summary>
internal sealed class ToolLog(ToolHost host, LogFormat format, LogLevel level, IReadOnlyCollection<string>? leftOut = null) : ILogger
{
    private readonly Lock _gate = new();
    private readonly bool _inBuild = BuildCall.Is(host);
    private volatile bool _hasWarned;

    /// <summary>The format.</summary>
    public LogFormat Format => format;

    /// <summary>Whether there was a warning that was not to be left out, or an error.</summary>
    public bool HasWarned => _hasWarned;

    /// <summary>Something to erase before a line is written and to draw again after it: the live progress.</summary>
    public Action? BeforeLine { get; set; }

    /// <summary>A diagnostic of the spec, the data or the gate.</summary>
    public void Diagnostic(Diagnostic diagnostic)
    {
        if (diagnostic.Severity == DiagnosticSeverity.Warning && leftOut?.Contains(diagnostic.Code.Id, StringComparer.OrdinalIgnoreCase) == true)
        {
            return;
        }

        _hasWarned = true;
        switch (format)
        {
            case LogFormat.Json:
                Event("diagnostic", new
                {
                    code = diagnostic.Code.Id,
                    severity = diagnostic.Severity.ToString().ToLowerInvariant(),
                    message = diagnostic.Message,
                    file = diagnostic.Position?.File,
                    line = diagnostic.Position?.Line,
                    column = diagnostic.Position?.Column,
                });
                break;
            case LogFormat.GitHub:
                Line(host.Output, GitHubAnnotation.Of(diagnostic, host.Environment("GITHUB_WORKSPACE")));
                break;
            default:
                Line(host.Error, _inBuild ? BuildCall.Speak(diagnostic.ToString()) : diagnostic.ToString());
                break;
        }
    }

    /// <summary>A result: what the command was called for.</summary>
    public void Result(string text, object data)
    {
        if (format == LogFormat.Json)
        {
            Event("result", data);
        }
        else
        {
            Line(host.Output, Safe(text));
        }
    }

    /// <summary>A line of a table that is the result, on standard output; only where the format is text.</summary>
    public void Row(string line) => Line(host.Output, line);

    /// <summary>Where long work is, for people who read lines; hidden like other sentences.</summary>
    public void Progress(string text) => Info(_inBuild ? BuildCall.Progress(text) : text);

    /// <summary>A sentence for people, hidden by <c>--verbosity quiet</c>.</summary>
    public void Info(string text) => this.LogInformation("{Text}", text);

    /// <summary>A JSON event; nothing in the other formats.</summary>
    public void Event(string type, object data)
    {
        if (format == LogFormat.Json)
        {
            Line(host.Output, JsonSerializer.Serialize(new { type, time = host.Clock.GetUtcNow(), data }, EventJson.Options));
        }
    }

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= level;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (state is Diagnostic diagnostic && IsEnabled(logLevel))
        {
            Diagnostic(diagnostic);
            return;
        }

        _hasWarned |= logLevel >= LogLevel.Warning;
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var message = exception is null ? formatter(state, exception) : $"{formatter(state, exception)}: {Cause.Named(exception)}";
        if (format == LogFormat.Json)
        {
            Event("log", new { level = logLevel.ToString().ToLowerInvariant(), message });
        }
        else
        {
            Line(host.Error, Safe(logLevel >= LogLevel.Warning ? $"warning: {message}" : message));
        }
    }

    private string Safe(string text) => format == LogFormat.GitHub ? GitHubAnnotation.Plain(text) : text;

    private void Line(TextWriter writer, string text)
    {
        lock (_gate)
        {
            BeforeLine?.Invoke();
            writer.WriteLine(PlainText.Harmless(text));
            writer.Flush();
        }
    }

    private static class EventJson
    {
        public static readonly JsonSerializerOptions Options = new(Results.ResultFiles.Options) { WriteIndented = false };
    }
}
