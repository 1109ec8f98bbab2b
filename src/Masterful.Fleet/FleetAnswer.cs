using System.Text.Json;
using Masterful.Core.Evaluation;
using Masterful.Core.Spec;
using Masterful.Core.Trials;
using Masterful.Results;

namespace Masterful.Fleet;

/// <summary>An answer, or the diagnostics that stand in its place.</summary>
internal sealed record FleetAnswer(TrialResult? Trial, DistanceProbeResult? Probe, IReadOnlyList<Diagnostic>? Diagnostics)
{
    /// <summary>The memory class of the machine that it is from.</summary>
    public int MemoryClass { get; init; }

    /// <summary>The machines' fault, not the trial's: it may be tried again. Null as the trial stands for a probe.</summary>
    public static FleetAnswer Failed(TrialSpec? trial, string reason) => trial is not null
        ? new FleetAnswer(new TrialResult { Key = TrialKey.Of(trial), Status = TrialStatus.Failed, Failure = reason, FailureIsTransient = true }, null, null)
        : new FleetAnswer(null, null, [new Diagnostic(TrialDiagnostics.WorkerLost, DiagnosticSeverity.Error, $"The distance analysis is not there. {reason}")]);

    /// <summary>
    /// Reads what the database holds as the answer to a question. Whoever can write there may have written it: it is taken only where it
    /// answers that question, with figures that fit each other. Paths are of the machine that answered and are left out.
    /// </summary>
    /// <param name="text">The answer as it was stored.</param>
    /// <param name="work">The question.</param>
    /// <exception cref="InvalidDataException">It is no answer to it.</exception>
    public static FleetAnswer Read(string text, FleetWork work)
    {
        var answer = Parse(text);
        if (answer.Diagnostics is { } told)
        {
            return told.Count > 0 && told.All(d => d is { Code: { Id: not null }, Message: not null })
                ? new FleetAnswer(null, null, told) { MemoryClass = answer.MemoryClass }
                : throw new InvalidDataException("it names no reason");
        }

        return work.Probe is { } probe
            ? new FleetAnswer(null, Checked(answer.Probe, probe), null) { MemoryClass = answer.MemoryClass }
            : new FleetAnswer(Checked(answer.Trial, work.Key), null, null) { MemoryClass = answer.MemoryClass };
    }

    /// <summary>Why an answer is none, for people; null where there is nothing to tell.</summary>
    /// <param name="text">The answer as it was stored.</param>
    public static string? FailureOf(string text)
    {
        try
        {
            var answer = Parse(text);
            return answer.Trial?.Failure ?? (answer.Diagnostics is [{ } first, ..] ? first.Message : null);
        }
        catch (InvalidDataException e)
        {
            return $"The answer can't be read: {Cause.Of(e)}.";
        }
    }

    private static FleetAnswer Parse(string text)
    {
        try
        {
            return FleetRequests.Read<FleetAnswer?>(text) ?? throw new InvalidDataException("it is empty");
        }
        catch (Exception e) when (e is JsonException or FormatException or NotSupportedException or ArgumentException)
        {
            throw new InvalidDataException("it is not JSON of the right form", e);
        }
    }

    private static TrialResult Checked(TrialResult? result, string key)
    {
        if (result is null || result.Key != key)
        {
            throw new InvalidDataException("it is the result of another trial");
        }

        var fits = Enum.IsDefined(result.Status) && result is { EpochLosses: not null, ImagePasses: >= 0, Seconds: >= 0, PeakMemory: >= 0 }
            && Fits(result.Select) && Fits(result.Test)
            && (result.Status == TrialStatus.Failed || (result.Select is not null && IsShare(result.SelectError)));
        return fits ? result with { WeightsPath = null } : throw new InvalidDataException("its figures do not fit each other");
    }

    private static DistanceProbeResult Checked(DistanceProbeResult? result, DistanceProbe probe)
    {
        var fits = result is { Operations: not null, ImagePasses: >= 0, Seconds: >= 0 }
            && result.Operations.Select(o => o?.Operation).SequenceEqual(probe.Operations)
            && result.Operations.All(o => o is { Errors: not null } && o.Losses?.Count == probe.Strengths.Count);
        return fits ? result! : throw new InvalidDataException("its figures are not those of the operations that were asked for");
    }

    private static bool Fits(Predictions? predictions) => predictions is null
        || (predictions is { Logits: not null, Labels: not null, ClassCount: > 0 }
            && predictions.Logits.Length == (long)predictions.ClassCount * predictions.Labels.Length
            && predictions.Labels.All(l => l >= 0 && l < predictions.ClassCount));

    private static bool IsShare(double value) => value is >= 0 and <= 1;
}
