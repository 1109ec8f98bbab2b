using System.Text.Json.Nodes;
using Masterful.Core.Spec.Yaml;

namespace Masterful.Core.Spec.Shapes;

/// <summary>Text; a number or a bare true is its own text.</summary>
internal class TextShape(string expected = "text") : ScalarShape<string>
{
    /// <inheritdoc/>
    public override string Expected => expected;

    /// <inheritdoc/>
    public override DiagnosticCode? Parse(SpecScalar scalar, out string value)
    {
        value = scalar.Text;
        return string.IsNullOrWhiteSpace(value) ? SpecDiagnostics.WrongType : IsRight(value) ? null : SpecDiagnostics.OutOfRange;
    }

    /// <summary>Whether a text that is not blank is right.</summary>
    protected virtual bool IsRight(string text) => true;

    /// <inheritdoc/>
    public override JsonObject LiteralSchema() => new() { ["type"] = SchemaParts.Array(["string", "number", "boolean"]) };

    /// <inheritdoc/>
    public override JsonObject Schema() => LiteralSchema();

    /// <inheritdoc/>
    public override JsonNode? Write(string value) => JsonValue.Create(value);
}

/// <summary>A path of a file or folder.</summary>
internal sealed class PathShape(string expected) : TextShape(expected)
{
    /// <inheritdoc/>
    protected override bool IsRight(string text) => text.Length <= 4096 && !text.Any(char.IsControl);
}

/// <summary>Text of a fixed form.</summary>
/// <param name="expected">The form in words.</param>
/// <param name="pattern">The form as a regular expression of the JSON schema.</param>
/// <param name="isRight">The form as code: starting the regular expression engine would cost more than all other checks.</param>
internal sealed class PatternShape(string expected, string pattern, Func<string, bool> isRight) : ScalarShape<string>
{
    /// <inheritdoc/>
    public override string Expected => expected;

    /// <inheritdoc/>
    public override DiagnosticCode? Parse(SpecScalar scalar, out string value)
    {
        value = scalar.Text;
        return isRight(value) ? null : SpecDiagnostics.OutOfRange;
    }

    /// <inheritdoc/>
    public override JsonObject LiteralSchema() => new() { ["type"] = "string", ["pattern"] = pattern };

    /// <inheritdoc/>
    public override JsonNode? Write(string value) => JsonValue.Create(value);
}

/// <summary>An absolute http or https address.</summary>
internal sealed class WebAddressShape : ScalarShape<Uri>
{
    /// <inheritdoc/>
    public override string Expected => "an http or https address";

    /// <inheritdoc/>
    public override DiagnosticCode? Parse(SpecScalar scalar, out Uri value)
    {
        var absolute = Uri.TryCreate(scalar.Text, UriKind.Absolute, out var uri);
        value = uri!;
        return !absolute ? SpecDiagnostics.WrongType
            : value.Scheme is "http" or "https" && value.Host.Length > 0 ? null
            : SpecDiagnostics.OutOfRange;
    }

    /// <inheritdoc/>
    public override JsonObject LiteralSchema() => new() { ["type"] = "string", ["pattern"] = "^[hH][tT][tT][pP][sS]?://." };
}

/// <summary>true or false.</summary>
internal sealed class FlagShape : ScalarShape<bool>
{
    /// <inheritdoc/>
    public override string Expected => "true or false";

    /// <inheritdoc/>
    public override DiagnosticCode? Parse(SpecScalar scalar, out bool value)
    {
        value = scalar.Text == "true";
        return scalar.IsPlain && (value || scalar.Text == "false") ? null : SpecDiagnostics.WrongType;
    }

    /// <inheritdoc/>
    public override JsonObject LiteralSchema() => new() { ["type"] = "boolean" };

    /// <inheritdoc/>
    public override JsonNode? Write(bool value) => JsonValue.Create(value);
}
