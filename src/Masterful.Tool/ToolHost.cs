namespace Masterful.Tool;

/// <summary>What a command touches of the world around it; tests give their own.</summary>
internal sealed record ToolHost
{
    /// <summary>Standard input; <c>predict -</c> and <c>preview-worker</c> read it.</summary>
    public TextReader Input { get; init; } = TextReader.Null;

    /// <summary>Standard output: results.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Standard error: diagnostics, progress, everything for people.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>Whether standard error is a terminal that can redraw.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
