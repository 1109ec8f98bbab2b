using Masterful.Results;

namespace Masterful.Reporting;

/// <summary>A value with its interval; NaN where it is undefined.</summary>
/// <param name="Value">The value.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
internal readonly record struct Estimate(double Value, double Low, double High);

/// <summary>A figure of one class in both models, all 0..1, with what may be said of its change.</summary>
/// <param name="Name">Class.</param>
/// <param name="Support">Images of the class.</param>
/// <param name="Original">Of the original model.</param>
/// <param name="Masterful">Of the masterful model.</param>
/// <param name="Change">Masterful − original, with the interval at which it was judged.</param>
/// <param name="Verdict">One of <see cref="Results.Verdict"/>; null where the result has no paired intervals.</param>
internal sealed record ClassFigure(string Name, int Support, Estimate Original, Estimate Masterful, Estimate Change, string? Verdict)
{
    /// <summary>Recall of every class, in label order.</summary>
    public static IReadOnlyList<ClassFigure> Recall(RunResult result) => Of(
        result, c => new Estimate(c.Recall, c.RecallLow, c.RecallHigh), c => (new Estimate(c.RecallChange, c.Low, c.High), c.Verdict));

    /// <summary>Precision of every class, in label order.</summary>
    public static IReadOnlyList<ClassFigure> Precision(RunResult result) => Of(
        result,
        c => new Estimate(c.Precision, c.PrecisionLow, c.PrecisionHigh),
        c => (new Estimate(c.PrecisionChange, c.PrecisionLow, c.PrecisionHigh), c.PrecisionVerdict));

    private static IReadOnlyList<ClassFigure> Of(
        RunResult result, Func<ClassResult, Estimate> measure, Func<ClassChange, (Estimate Change, string? Verdict)> paired)
    {
        var changes = result.Comparison.Classes;
        var known = changes.Count == result.Original.Classes.Count;
        return
        [
            .. result.Original.Classes.Zip(result.Masterful.Classes).Select((pair, i) =>
            {
                var (original, masterful) = (measure(pair.First), measure(pair.Second));
                var change = masterful.Value - original.Value;
                var (interval, verdict) = known ? paired(changes[i]) : (new Estimate(double.NaN, double.NaN, double.NaN), null);
                return new ClassFigure(
                    pair.First.Name, pair.First.Support, original, masterful, interval with { Value = change }, double.IsFinite(change) ? verdict : Results.Verdict.Undefined);
            }),
        ];
    }

    /// <summary>Mean of both arms over the classes in which both are defined, with the number of those.</summary>
    public static (double Original, double Masterful, int Classes) Mean(IEnumerable<ClassFigure> figures)
    {
        var defined = figures.Where(f => double.IsFinite(f.Change.Value)).ToList();
        return defined.Count == 0
            ? (double.NaN, double.NaN, 0)
            : (defined.Average(f => f.Original.Value), defined.Average(f => f.Masterful.Value), defined.Count);
    }
}
