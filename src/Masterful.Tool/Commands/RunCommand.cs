using System.CommandLine;
using Masterful.Core.Pipeline;
using Masterful.Core.Spec;
using Masterful.Results;
using Masterful.Tool.Output;

namespace Masterful.Tool.Commands;

/// <summary><c>run</c>: everything, from the spec to the gate.</summary>
internal static class RunCommand
{
    public static Command Create(CommandBinder bind)
    {
        var command = new Command(
            "run",
            """
            Searches for a policy, trains the original and the masterful model, compares them, reports and speaks the gate.
            A run that was stopped goes on where it was; a run whose inputs did not change trains nothing.
            """)
        {
            BaselineOption.Symbol,
        };
        StateOption.AddTo(command);
        bind.Bind(command, async call =>
        {
            var state = StateOption.Begin(call);
            var spec = state?.LoadSpec() ?? call.Options.LoadSpec(call.Host, call.Log);
            if (state?.TellUnchanged(spec) == true)
            {
                return ExitCode.Ok;
            }

            var result = await TrainingSession.RunAndReportAsync(call, spec, state).ConfigureAwait(false);
            var code = GateVerdict.Tell(call, spec, result.Gate);
            if (code == ExitCode.Ok)
            {
                state?.Write(spec, result);
            }

            return code;
        });
        return command;
    }
}

/// <summary><c>train</c>: the locked policy, without a search and without the gate.</summary>
internal static class TrainCommand
{
    public static Command Create(CommandBinder bind)
    {
        var command = new Command("train", "Trains the original and the masterful model with the locked policy: no search, and the gate does not decide.");
        bind.Bind(command, async call =>
        {
            var spec = call.Options.LoadSpec(call.Host, call.Log);
            spec = spec with { Policy = spec.Policy with { Mode = PolicyMode.Locked } };
            await TrainingSession.RunAndReportAsync(call, spec).ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }
}

/// <summary><c>search</c>: a lock that holds, by a search where there is none.</summary>
internal static class SearchCommand
{
    private static readonly Option<bool> Update = new("--update")
    {
        Description = "Search again even though the lock still holds. Trials that the journal has are not trained again; --set training.seed=N draws others.",
    };

    public static Command Create(CommandBinder bind)
    {
        var command = new Command(
            "search",
            """
            Searches for a policy, confirms it in whole trainings that a later run takes over, and writes masterful.lock.yaml beside the spec.
            A lock that still holds is kept, unless --update is given or policy.mode is search.
            """)
        {
            Update,
        };
        bind.Bind(command, async call =>
        {
            var spec = call.Options.LoadSpec(call.Host, call.Log);
            var mode = call.Parsed.GetValue(Update) || spec.Policy.Mode == PolicyMode.Search ? PolicyMode.Search : PolicyMode.Auto;
            var decision = await TrainingSession.SearchAsync(call, spec with { Policy = spec.Policy with { Mode = mode } }).ConfigureAwait(false);
            call.Log.Result(Text(decision, PolicyLock.PathFor(spec)), decision.Policy);
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Text(PolicyDecision decision, string path)
    {
        var found = decision.Policy;
        var values = found.Values.Count == 0 ? "nothing helped" : string.Join(", ", found.Values.Select(v => $"{v.Axis} = {Figures.Short(v.Value, 2)}"));
        string[] lines =
        [
            $"Policy {found.Name}: {values}",
            .. decision.Notes,
            decision.Kept ? $"The lock {path} still holds; nothing was searched. --update searches again." : $"Locked in {path}; commit it.",
        ];
        return string.Join(Environment.NewLine, lines);
    }
}

/// <summary>What a run came to, in a few lines.</summary>
internal static class RunSummary
{
    public static void Tell(CommandCall call, RunResult result, string report)
    {
        if (call.Log.Format == LogFormat.Json)
        {
            call.Log.Result("", result);
            return;
        }

        string[] lines =
        [
            "",
            $"Images      {string.Join(", ", result.Dataset.Counts.Where(c => c.Value > 0).Select(c => $"{c.Key} {c.Value:N0}"))}{(result.Dataset.Health.WithoutLabel is > 0 and var without ? $"; {without:N0} of train have no label" : "")}",
            $"Policy      {result.Policy.Name}{Values(result.Policy)}",
            $"Original    {Error(result.Original)}",
            $"Masterful   {Error(result.Masterful)}",
            $"Reduction   {Reduction(result)}",
            $"Trials      {result.Run.TrialsRun} trained, {result.Run.TrialsReused} reused, {Duration.Text(result.Run.FinishedAt - result.Run.StartedAt)}",
            $"Report      {report}",
            .. result.Notes.Select(n => $"Note        {n}"),
        ];
        call.Log.Result(string.Join(Environment.NewLine, lines), result);
    }

    /// <summary>The same in one short line.</summary>
    public static string Short(RunResult result) =>
        $"{Figures.Percent(result.Masterful.ErrorRate)} error, {Figures.Percent(result.Original.ErrorRate)} without the policy {result.Policy.Name}.";

    private static string Error(ArmResult arm) => double.IsFinite(arm.ErrorRate)
        ? $"{Figures.Percent(arm.ErrorRate)} error ({Figures.Percent(arm.ErrorRateLow)} to {Figures.Percent(arm.ErrorRateHigh)})"
        : Figures.Missing;

    private static string Reduction(RunResult result)
    {
        var comparison = result.Comparison;
        return ComparisonOutcome.WhyNone(result.Original, result.Masterful, comparison) is { } why
            ? $"{Figures.Missing} ({why})"
            : $"{Figures.Percent(comparison.ErrorRateReduction, 1)} ({Figures.Percent(comparison.Low, 1)} to {Figures.Percent(comparison.High, 1)} at {Figures.ShortPercent(comparison.Confidence, 1)})"
                + (ComparisonOutcome.Of(result.Original, result.Masterful, comparison) == Verdict.WithinNoise ? ", within noise" : "");
    }

    private static string Values(PolicyInfo policy) =>
        policy.Values.Count == 0 ? "" : $": {string.Join(", ", policy.Values.Select(v => $"{v.Axis} {Figures.Short(v.Value, 2)}"))}";
}
