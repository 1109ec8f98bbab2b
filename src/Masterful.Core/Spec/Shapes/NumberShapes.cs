using System.Globalization;
using System.Text.Json.Nodes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Shapes;

/// <summary>A whole number in a range, both ends included.</summary>
internal sealed class IntegerShape(int minimum, int maximum) : ScalarShape<int>
{
    /// <inheritdoc/>
    public override string Expected => minimum == maximum ? $"{minimum}" : $"a whole number from {minimum} to {maximum}";

    /// <inheritdoc/>
    public override DiagnosticCode? Parse(SpecScalar scalar, out int value)
    {
        value = 0;
        if (!scalar.IsPlain || scalar.Text.Length > 30 || !System.Numerics.BigInteger.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, null, out var read))
        {
            return SpecDiagnostics.WrongType;
        }

        if (read < minimum || read > maximum)
        {
            return SpecDiagnostics.OutOfRange;
        }

        value = (int)read;
        return null;
    }

    /// <inheritdoc/>
    public override JsonObject LiteralSchema() => new() { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = maximum };

    /// <inheritdoc/>
    public override JsonNode? Write(int value) => JsonValue.Create(value);
}

/// <summary>A number in a range; the lower end may be excluded.</summary>
internal sealed class NumberShape(double minimum, double maximum, bool aboveMinimum = false) : ScalarShape<double>
{
    /// <inheritdoc/>
    public override string Expected => aboveMinimum ? $"a number above {minimum} and up to {maximum}" : $"a number from {minimum} to {maximum}";

    /// <inheritdoc/>
    public override DiagnosticCode? Parse(SpecScalar scalar, out double value)
    {
        if (!TryNumber(scalar, scalar.Text, out value))
        {
            return SpecDiagnostics.WrongType;
        }

        return value > minimum || (value == minimum && !aboveMinimum) ? value <= maximum ? null : SpecDiagnostics.OutOfRange : SpecDiagnostics.OutOfRange;
    }

    /// <summary>Reads a finite number as YAML and JSON write it.</summary>
    public static bool TryNumber(SpecScalar scalar, ReadOnlySpan<char> text, out double value)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        value = 0;
        return scalar.IsPlain && double.TryParse(text, Style, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <inheritdoc/>
    public override JsonObject LiteralSchema() => new()
    {
        ["type"] = "number",
        [aboveMinimum ? "exclusiveMinimum" : "minimum"] = minimum,
        ["maximum"] = maximum,
    };

    /// <inheritdoc/>
    public override JsonNode? Write(double value) => JsonValue.Create(value);
}
