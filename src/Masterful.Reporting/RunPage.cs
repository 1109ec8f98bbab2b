using System.Text.Json;
using System.Text.Json.Serialization;
using Masterful.Results;

namespace Masterful.Reporting;

/// <summary>The data that the page shows of one run; the names are those that its modules read.</summary>
/// <param name="Result">The content of <c>result.json</c>.</param>
/// <param name="Policies">The content of <c>policies.json</c>, or null.</param>
/// <param name="Misclassified">The content of <c>misclassified.json</c>, or null.</param>
/// <param name="SheetPng">The picture of some of the misclassified images, or null.</param>
internal sealed record RunPage(RunResult Result, PoliciesFile? Policies, MisclassifiedFile? Misclassified, [property: JsonIgnore] byte[]? SheetPng)
{
    /// <summary>Signs that HTML reads are written as escapes, so that no text of the data can end the element that holds it.</summary>
    private static readonly JsonSerializerOptions Layout = new(ResultFiles.Compact) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Default };

    /// <summary>The picture as a data URI.</summary>
    public string? Sheet => SheetPng is null ? null : $"data:image/png;base64,{Convert.ToBase64String(SheetPng)}";

    /// <summary>JSON that stands safely inside HTML.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Layout);
}
