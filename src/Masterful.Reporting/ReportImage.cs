namespace Masterful.Reporting;

/// <summary>An image of a report.</summary>
/// <param name="Path">In the report folder, with forward slashes.</param>
/// <param name="Bytes">PNG or JPEG.</param>
/// <param name="Alternative">What it shows, for who can't see it.</param>
internal sealed record ReportImage(string Path, byte[] Bytes, string Alternative);
