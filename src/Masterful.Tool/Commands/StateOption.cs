using System.CommandLine;
using Masterful.Core.Models;
using Masterful.Core.Pipeline;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Masterful.Reporting;
using Masterful.Results;

namespace Masterful.Tool.Commands;

/// <summary><c>--state</c>: for build systems, which ask for a run each time and want one when something changed.</summary>
internal static class StateOption
{
    private static readonly Option<string?> State = new("--state")
    {
        Description = "For build systems: run only when something differs from the run that wrote this file: spec, lock, data, model, options, tool, results. "
            + "It is written when the gate is met without a warning.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Inputs = new("--state-inputs")
    {
        Description = "With --state: a file of more paths that a run depends on, one a line; with a minus before it, a path that doesn't count; with a #, a text that does.",
        HelpName = "FILE",
    };

    /// <summary>Adds the options to a command.</summary>
    public static void AddTo(Command command)
    {
        command.Add(State);
        command.Add(Inputs);
    }

    /// <summary>The state where one is asked for, with what is known before the spec is read.</summary>
    public static CallState? Begin(CommandCall call)
    {
        if (call.Parsed.GetValue(State) is not { } path)
        {
            return null;
        }

        var state = new RunState(Path.GetFullPath(path), call.Host.Clock);
        state.AddCall(EngineVersion.Current);
        state.AddCall(Environment.CurrentDirectory);
        foreach (var token in call.Parsed.Tokens)
        {
            state.AddCall(token.Value);
        }

        foreach (var name in new[] { "MASTERFUL_LIBTORCH", "MASTERFUL_CACHE", "NUGET_PACKAGES", "CUDA_VISIBLE_DEVICES" })
        {
            state.AddCall($"{name}={call.Host.Environment(name)}");
        }

        var lines = call.Parsed.GetValue(Inputs) is { } inputs ? File.ReadAllLines(inputs) : [];
        state.AddCall(string.Join('\n', lines));
        state.Ignore(lines.Where(l => l.StartsWith('-')).Select(l => Path.GetFullPath(l[1..])));
        state.AddInputs([
            Path.GetFullPath(call.Options.SpecPath),
            .. Directory.GetFiles(AppContext.BaseDirectory, "*asterful*.dll").Order(StringComparer.Ordinal),
            .. lines.Where(l => l.Length > 0 && l[0] is not ('-' or '#')).Select(Path.GetFullPath),
            .. call.Parsed.GetValue(BaselineOption.Symbol) is { } baseline ? [Path.GetFullPath(baseline)] : Array.Empty<string>(),
        ]);
        return new CallState(call, state);
    }
}

/// <summary>The state of one call of <c>run</c>.</summary>
internal sealed class CallState(CommandCall call, RunState state)
{
    /// <summary>The spec; what it takes from the environment counts too.</summary>
    /// <exception cref="DiagnosticException">Something in it is wrong.</exception>
    public MasterfulSpec LoadSpec() => call.Options.LoadSpec(
        call.Host with
        {
            Environment = name =>
            {
                var value = call.Host.Environment(name);
                state.AddCall($"${name}={value}");
                return value;
            },
        },
        call.Log);

    /// <summary>Whether a run would only repeat the last one, which is told then. Else that one is forgotten.</summary>
    public bool TellUnchanged(MasterfulSpec spec)
    {
        state.Ignore([spec.Report.Path, spec.Output.Path, spec.Runtime.Cache, spec.Path, PolicyLock.PathFor(spec)]);
        state.AddInputs(Model(spec.Model));
        if (state.Unchanged() is not { } summary)
        {
            state.Forget();
            return false;
        }

        call.Log.Result($"Masterful: nothing changed since the gate passed (spec, lock, data, model, options, tool): {summary}", new { unchanged = true, summary });
        return true;
    }

    /// <summary>Notes the data once they are read.</summary>
    public void NoteData(IReadOnlyList<string> files) => state.AddInputs(files);

    /// <summary>Keeps the state where the run said nothing that a next one should say again.</summary>
    public void Write(MasterfulSpec spec, RunResult result)
    {
        if (call.Log.HasWarned)
        {
            return;
        }

        string[] results =
        [
            PolicyLock.PathFor(spec),
            Path.Combine(spec.Report.Path, ResultFiles.ResultName),
            Path.Combine(spec.Report.Path, ReportWriter.MarkdownName),
            .. spec.Report.Html ? [Path.Combine(spec.Report.Path, ReportWriter.HtmlName)] : Array.Empty<string>(),
            Path.Combine(spec.Output.Path, ModelFile.Name),
        ];
        state.Write(RunSummary.Short(result), results);
    }

    /// <summary>What the model's assembly is made of: libraries of the same solution lie beside it.</summary>
    private static IEnumerable<string> Model(ModelSpec model)
    {
        var assemblies = model.Assembly is { } assembly && Path.GetDirectoryName(assembly) is { } folder && Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*.dll").Order(StringComparer.Ordinal)
            : Enumerable.Empty<string>();
        return model.TorchScript is { } script ? assemblies.Append(script) : assemblies;
    }
}
