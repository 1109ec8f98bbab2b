using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Shapes;

/// <summary>A length of time in days, hours, minutes and seconds, largest first: <c>90s</c>, <c>45m</c>, <c>1h30m</c>.</summary>
internal sealed class DurationShape(TimeSpan maximum) : ScalarShape<TimeSpan>
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    private static readonly (char Unit, int Seconds)[] Units = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

    /// <inheritdoc/>
    public override string Expected => $"a duration such as 90s, 45m or 1h30m, over 0 and up to {maximum.TotalDays:0} days";

    /// <inheritdoc/>
    public override DiagnosticCode? Parse(SpecScalar scalar, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        var (seconds, next) = (0.0, 0);
        for (var rest = scalar.Text.AsSpan().Trim(); rest.Length > 0;)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            var unit = digits < 1 ? -1 : IndexOfUnit(rest[digits]);
            if (unit < next || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            {
                return SpecDiagnostics.WrongType;
            }

            seconds += amount * Units[unit].Seconds;
            next = unit + 1;
            rest = rest[(digits + 1)..].TrimStart();
        }

        if (next == 0)
        {
            return SpecDiagnostics.WrongType;
        }

        if (seconds <= 0 || seconds > maximum.TotalSeconds)
        {
            return SpecDiagnostics.OutOfRange;
        }

        value = TimeSpan.FromSeconds(seconds);
        return null;
    }

    private static int IndexOfUnit(char letter) => Array.FindIndex(Units, u => u.Unit == letter);

    /// <inheritdoc/>
    public override JsonObject LiteralSchema() => new()
    {
        ["type"] = "string",
        ["pattern"] = string.Concat("^(?=.)", string.Concat(Units.Select(u => $"([0-9]+(\\.[0-9]+)?{u.Unit}\\s*)?")), "$"),
    };
}
