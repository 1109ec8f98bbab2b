using System.Globalization;
using Masterful.Core.Spec;

namespace Masterful.Core.Pipeline;

/// <summary>Settings with which a run takes less time.</summary>
/// <param name="Settings">As <c>--set</c> takes them: <c>training.epochs=10</c> …</param>
/// <param name="Seconds">What it would take then.</param>
public sealed record RunAdvice(IReadOnlyList<string> Settings, double Seconds)
{
    private const int SmallestSide = 32;
    private const int FewestImages = 500;
    private const double Worthwhile = 0.98;

    /// <summary>Settings that bring a run under a time, the mildest first; and what each of them does alone.</summary>
    /// <param name="plan">The run.</param>
    /// <param name="imagesPerSecond">That one of the trials which run at once trains on.</param>
    /// <param name="seconds">What it should take at most.</param>
    /// <returns>The first has all that it takes together, as far as settings can bring it; the others one each.</returns>
    public static IReadOnlyList<RunAdvice> For(RunPlan plan, double imagesPerSecond, double seconds)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var together = new Choice(plan, 1, []);
        foreach (var step in Steps(plan))
        {
            if (TimeOf(together, imagesPerSecond) <= seconds)
            {
                break;
            }

            // Where another cap holds already, a setting takes nothing away.
            together = step(together) is { } next && TimeOf(next, imagesPerSecond) < Worthwhile * TimeOf(together, imagesPerSecond) ? next : together;
        }

        if (TimeOf(together, imagesPerSecond) > seconds)
        {
            together = Limit(together, seconds / TimeOf(together, imagesPerSecond)) ?? together;
        }

        var alone = together.Settings.Count < 2 ? [] : together.Settings.Values
            .Select(s => s.Apply(new Choice(plan, 1, [])))
            .Select(c => new RunAdvice(Texts(c), TimeOf(c, imagesPerSecond)));
        return [new RunAdvice(Texts(together), TimeOf(together, imagesPerSecond)), .. alone];
    }

    private static double TimeOf(Choice choice, double imagesPerSecond) =>
        RunForecast.Of(choice.Plan, imagesPerSecond / choice.Cost, _ => null).Seconds;

    private static string[] Texts(Choice choice) => [.. choice.Settings.Select(s => $"{s.Key}={s.Value.Value}")];

    /// <summary>Each takes more away than the one before; null where there is nothing to take.</summary>
    private static IEnumerable<Func<Choice, Choice?>> Steps(RunPlan plan)
    {
        yield return c => Ratio(c, 1);
        yield return c => Epochs(c, Math.Max(10, plan.Template.Recipe.Epochs / 2));
        yield return c => Side(c, plan.Shape, 0.5);
        yield return c => Seeds(c, 2);
        yield return c => Ratio(c, 0.5);
        yield return c => Epochs(c, 10);
        yield return c => Seeds(c, 1);
        yield return c => Epochs(c, 5);
        yield return c => Side(c, plan.Shape, 0.3);
    }

    private static Choice? Ratio(Choice choice, double ratio) => choice.Plan.Locked is null && !(choice.Plan.Budget.Ratio <= ratio)
        ? choice.With("policy.budget.ratio", ratio.ToString(CultureInfo.InvariantCulture), c => c with { Plan = c.Plan with { Budget = c.Plan.Budget with { Ratio = ratio } } })
        : null;

    private static Choice? Epochs(Choice choice, int epochs) => choice.Plan.Template.Recipe.Epochs > epochs
        ? choice.With("training.epochs", $"{epochs}", c => c with { Plan = c.Plan with { Template = c.Plan.Template with { Recipe = c.Plan.Template.Recipe with { Epochs = epochs } } } })
        : null;

    private static Choice? Seeds(Choice choice, int seeds) => choice.Plan.Seeds > seeds
        ? choice.With("training.seeds", $"{seeds}", c => c with { Plan = c.Plan with { Seeds = seeds } })
        : null;

    /// <summary>Smaller images: the work of a convolutional network goes with their area.</summary>
    private static Choice? Side(Choice choice, ImageShape shape, double factor)
    {
        var (height, width) = (Scaled(shape.Height), Scaled(shape.Width));
        var cost = (double)height * width / ((double)shape.Height * shape.Width);
        return choice.Plan.FitsAnySize && Math.Min(height, width) >= SmallestSide && cost < choice.Cost
            ? choice.With("model.input_shape", $"[{height},{width},{shape.Channels}]", c => c with { Cost = cost })
            : null;

        int Scaled(int side) => Math.Max(8, (int)Math.Round(side * factor / 8) * 8);
    }

    private static Choice? Limit(Choice choice, double share)
    {
        var images = choice.Plan.Sizes.Train + choice.Plan.Sizes.Select;
        var kept = (int)(images * share * 0.9 / 100) * 100;
        return kept >= FewestImages && kept < images
            ? choice.With("dataset.limit.train", $"{kept}", c => c with { Plan = c.Plan with { Sizes = c.Plan.Sizes with { Train = (int)((long)c.Plan.Sizes.Train * kept / images) } } })
            : null;
    }

    /// <param name="Plan">With the settings.</param>
    /// <param name="Cost">Of an image, relative to the plan's own.</param>
    /// <param name="Settings">By key.</param>
    private sealed record Choice(RunPlan Plan, double Cost, Dictionary<string, (string Value, Func<Choice, Choice> Apply)> Settings)
    {
        public Choice With(string key, string value, Func<Choice, Choice> change)
        {
            Choice Apply(Choice c) => change(c) with { Settings = new(c.Settings) { [key] = (value, Apply) } };
            return Apply(this);
        }
    }
}
