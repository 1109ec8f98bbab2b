using System.Text.Json.Nodes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Shapes;

/// <summary>
/// A share of a whole: <c>10%</c>, <c>0.1</c>, or a difference of two shares in percentage points, <c>2 points</c>; read as 0..1.
/// </summary>
/// <param name="openEnds">Whether 0 and 1 themselves are out of range.</param>
internal sealed class ShareShape(bool openEnds = false) : ScalarShape<double>
{
    private static readonly string[] HundredthUnits = ["%", "points", "point"];

    /// <inheritdoc/>
    public override string Expected => openEnds
        ? "a share between 0 and 1, such as 10% or 0.1"
        : "a share from 0 to 1, such as 10%, 2 points or 0.1";

    /// <inheritdoc/>
    public override DiagnosticCode? Parse(SpecScalar scalar, out double value)
    {
        var text = scalar.Text.Trim();
        var unit = Array.Find(HundredthUnits, u => text.EndsWith(u, StringComparison.Ordinal));
        // A quoted "10%" is no other than a plain one, while a quoted "0.1" is text.
        var number = unit is null ? scalar : scalar with { IsPlain = true };
        if (!NumberShape.TryNumber(number, text[..^(unit?.Length ?? 0)].TrimEnd(), out value))
        {
            return SpecDiagnostics.WrongType;
        }

        value /= unit is null ? 1 : 100;
        var inRange = openEnds ? value is > 0 and < 1 : value is >= 0 and <= 1;
        return inRange ? null : SpecDiagnostics.OutOfRange;
    }

    /// <inheritdoc/>
    public override JsonObject LiteralSchema()
    {
        var number = openEnds
            ? new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = 0, ["exclusiveMaximum"] = 1 }
            : new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1 };
        return SchemaParts.AnyOf(
            number, new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]+(\\.[0-9]+)?\\s*(%|points?)$" });
    }

    /// <inheritdoc/>
    public override JsonNode? Write(double value) => JsonValue.Create(value);
}
