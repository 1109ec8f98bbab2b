using System.CommandLine;
using Masterful.Core.Spec;
using Masterful.Tool.Output;
using Microsoft.Extensions.Logging;

namespace Masterful.Tool;

/// <summary>The options that every command understands, as they were given.</summary>
internal sealed record CommonOptions
{
    public required string SpecPath { get; init; }

    public string? Output { get; init; }

    public IReadOnlyList<string> Set { get; init; } = [];

    public string? Device { get; init; }

    public string? LibTorch { get; init; }

    public string? Assembly { get; init; }

    /// <summary>Codes of warnings that are not told.</summary>
    public IReadOnlyList<string> NoWarn { get; init; } = [];

    public LogFormat LogFormat { get; init; }

    public LogLevel Verbosity { get; init; } = LogLevel.Information;

    /// <summary>The verbosity as it is written on the command line.</summary>
    public string VerbosityName { get; init; } = "normal";

    /// <summary>Overrides of the spec: <c>--set</c>, and the options that are short for one.</summary>
    public IReadOnlyList<string> Overrides =>
    [
        .. Output is null ? [] : new[]
        {
            $"report.path={Quote(Path.GetFullPath(Path.Combine(Output, "masterful-report")))}",
            $"output.path={Quote(Path.GetFullPath(Path.Combine(Output, "masterful-model")))}",
        },
        .. Device is null ? [] : new[] { $"runtime.device={Quote(Device)}" },
        .. Set,
    ];

    /// <summary>Reads the spec with the overrides; its warnings are told at once.</summary>
    /// <exception cref="DiagnosticException">Something in it is wrong.</exception>
    public MasterfulSpec LoadSpec(ToolHost host, ToolLog log)
    {
        var loaded = Load(host);
        foreach (var warning in loaded.Warnings)
        {
            log.Diagnostic(warning);
        }

        return loaded.Spec;
    }

    /// <summary>The same without a word of its warnings, for a process that others have told them for.</summary>
    /// <exception cref="DiagnosticException">Something in it is wrong.</exception>
    public MasterfulSpec LoadSpecQuietly(ToolHost host) => Load(host).Spec;

    private LoadedSpec Load(ToolHost host) => SpecLoader.Load(SpecPath, Overrides, host.Environment, Assembly);

    private static string Quote(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}

/// <summary>The common options as symbols of the command line.</summary>
internal sealed class CommonSymbols
{
    private readonly Option<string> _spec = new("--spec", "-s")
    {
        Description = "The spec to read.",
        HelpName = "FILE",
        DefaultValueFactory = _ => "masterful.yaml",
        Recursive = true,
    };

    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Put the report and the model below this folder instead of where the spec says.",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Override a key of the spec, e.g. --set training.epochs=5. Repeatable.",
        HelpName = "KEY=VALUE",
        Recursive = true,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string?> _device = new("--device")
    {
        Description = "auto, cpu, cuda or cuda:N: short for --set runtime.device=…",
        HelpName = "DEVICE",
        Recursive = true,
    };

    private readonly Option<string?> _libTorch = new("--libtorch")
    {
        Description = "The folder of the libtorch to load, e.g. torch/lib of an installed PyTorch 2.10. Also MASTERFUL_LIBTORCH.",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<string?> _assembly = new("--assembly")
    {
        Description = "The model project's assembly as a build made it. It stands in for model.assembly where the spec names a type but no other assembly.",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<string[]> _noWarn = new("--nowarn")
    {
        Description = "Leave out warnings of these codes, e.g. --nowarn MST0502. Repeatable; several are separated by commas.",
        HelpName = "CODES",
        Recursive = true,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string> _logFormat = new("--log-format")
    {
        Description = "text for people, github for annotations in a workflow, json for programs (one event a line on stdout).",
        DefaultValueFactory = _ => "text",
        Recursive = true,
    };

    private readonly Option<string> _verbosity = new("--verbosity", "-v")
    {
        Description = "quiet, normal, detailed (why each candidate stayed or went) or diagnostic.",
        DefaultValueFactory = _ => "normal",
        Recursive = true,
    };

    public CommonSymbols()
    {
        _logFormat.AcceptOnlyFromAmong("text", "github", "json");
        _verbosity.AcceptOnlyFromAmong("quiet", "normal", "detailed", "diagnostic");
    }

    public void AddTo(Command root)
    {
        foreach (var option in new Option[] { _spec, _output, _set, _device, _libTorch, _assembly, _noWarn, _logFormat, _verbosity })
        {
            root.Add(option);
        }
    }

    public CommonOptions Read(ParseResult parsed, ToolHost host) => new()
    {
        SpecPath = parsed.GetValue(_spec)!,
        Output = parsed.GetValue(_output),
        Set = parsed.GetValue(_set) ?? [],
        Device = parsed.GetValue(_device),
        LibTorch = parsed.GetValue(_libTorch) ?? host.Environment("MASTERFUL_LIBTORCH"),
        Assembly = parsed.GetValue(_assembly),
        NoWarn = [.. (parsed.GetValue(_noWarn) ?? []).SelectMany(c => c.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
        VerbosityName = parsed.GetValue(_verbosity)!,
        LogFormat = Enum.Parse<LogFormat>(parsed.GetValue(_logFormat)!, ignoreCase: true),
        Verbosity = parsed.GetValue(_verbosity) switch
        {
            "quiet" => LogLevel.Warning,
            "detailed" => LogLevel.Debug,
            "diagnostic" => LogLevel.Trace,
            _ => LogLevel.Information,
        },
    };
}
