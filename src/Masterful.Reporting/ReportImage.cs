namespace Masterful.Reporting;

/// <summary>An image of a report, drawn when its bytes are first asked for.</summary>
/// <param name="path">In the report folder, with forward slashes.</param>
/// <param name="draw">Gives a PNG or JPEG.</param>
/// <param name="alternative">What it shows, for who can't see it.</param>
internal sealed class ReportImage(string path, Func<byte[]> draw, string alternative)
{
    private readonly Lazy<byte[]> _bytes = new(draw);

    /// <summary>In the report folder, with forward slashes.</summary>
    public string Path => path;

    /// <summary>What it shows, for who can't see it.</summary>
    public string Alternative => alternative;

    /// <summary>PNG or JPEG.</summary>
    public byte[] Bytes => _bytes.Value;
}
