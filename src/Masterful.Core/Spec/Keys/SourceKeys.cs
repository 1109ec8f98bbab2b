using Masterful.Core.Spec.Shapes;

namespace Masterful.Core.Spec.Keys;

/// <summary>The keys of an item of <c>dataset.sources</c>.</summary>
internal static class SourceKeys
{
    private static readonly Uri Nowhere = new("http://localhost");

    private static readonly SpecKey<Uri> Url = new("url", new WebAddressShape(), Nowhere, "Where the file is downloaded from.", IsRequired: true);

    private static readonly SpecKey<string> Sha256 = new(
        "sha256",
        new PatternShape("64 hexadecimal digits", "^[0-9a-fA-F]{64}$", v => v.Length == 64 && v.All(char.IsAsciiHexDigit)),
        "",
        "SHA-256 of the file, 64 hexadecimal digits; anything else that arrives is refused.",
        IsRequired: true);

    private static readonly SpecKey<string> To = new(
        "to", new PathShape("the path of a file"), ".", "Where the file goes, relative to this file; inside its folder or dataset.root.", IsRequired: true);

    /// <summary>The section.</summary>
    public static readonly SectionShape<SourceSpec> Section = new(
        [Url, Sha256, To], s => new SourceSpec(s.Read(Url), s.Read(Sha256).ToLowerInvariant(), s.Read(To), "."));
}
