using System.CommandLine;
using Masterful.Core.Evaluation;
using Masterful.Core.Spec;
using Masterful.Results;

namespace Masterful.Tool.Commands;

/// <summary><c>gate</c>: a result that is there against the spec's gate.</summary>
internal static class GateCommand
{
    public static Command Create(CommandBinder bind)
    {
        var folder = new Argument<string?>("folder")
        {
            Description = "A report folder with result.json; by default the spec's report.path.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("gate", "Checks a result.json against the spec's gate; exit code 2 when it is not met.") { folder };
        command.Add(BaselineOption.Symbol);
        bind.Bind(command, call =>
        {
            var spec = call.Options.LoadSpec(call.Host, call.Log);
            var result = ResultFolder.Read(call.Parsed.GetValue(folder) ?? spec.Report.Path);
            var gate = Gate.Evaluate(spec.Gate, result, BaselineOption.Read(call));
            return Task.FromResult(GateVerdict.Tell(call, spec, gate));
        });
        return command;
    }
}

/// <summary><c>--baseline</c>: an earlier result that <c>gate.max_error_rate_increase</c> compares with.</summary>
internal static class BaselineOption
{
    public static Option<string?> Symbol { get; } = new("--baseline")
    {
        Description = "An earlier result.json (the main branch's, say) for gate.max_error_rate_increase.",
        HelpName = "FILE",
    };

    public static RunResult? Read(CommandCall call) =>
        call.Parsed.GetValue(Symbol) is { } path ? ResultFolder.ReadFile(path) : null;
}

/// <summary>How the gate speaks, the same after a run and on its own.</summary>
internal static class GateVerdict
{
    /// <summary>Tells every rule and returns the exit code.</summary>
    public static int Tell(CommandCall call, MasterfulSpec spec, GateResult gate)
    {
        var diagnostics = Gate.ToDiagnostics(gate, spec);
        foreach (var diagnostic in diagnostics)
        {
            call.Log.Diagnostic(diagnostic);
        }

        var rules = gate.Rules.Select(r => $"  {Mark(r.Status)} {r.Message ?? r.Rule}");
        call.Log.Result(string.Join(Environment.NewLine, rules.Prepend($"Gate: {gate.Status}")), gate);
        return diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error) ? ExitCode.GateNotMet : ExitCode.Ok;
    }

    private static char Mark(string status) => status switch
    {
        Gate.Passed => '✓',
        Gate.Failed => '✗',
        Gate.Inconclusive => '?',
        _ => '-',
    };
}
