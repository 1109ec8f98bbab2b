using System.Globalization;
using Masterful.Results;
using SkiaSharp;

namespace Masterful.Reporting.Charts;

/// <summary>Images in rows, the surest finding first, captioned with rank, given label and suggested label.</summary>
internal sealed class LabelSheetChart(
    string dataset, IReadOnlyList<LabelFinding> findings, IReadOnlyList<byte[]> images, (int Height, int Width) size, IReadOnlyList<string> classes) : Chart
{
    public const int Columns = 6;

    private const float Side = 112;
    private const float Captions = 52;
    private const float ColumnWidth = (Width - (2 * Margin)) / Columns;
    private static readonly TextStyle Given = new(12, Palette.Muted);

    public override float Height => Top + (Rows * (Side + Captions)) + 8;

    protected override string Title => "Labels to look at";

    protected override string Subtitle => findings.Count == 0
        ? $"{ClassLabel.For(dataset, 0)}: no label is likely wrong"
        : $"{ClassLabel.For(dataset, 0)}: {Shown} · given label → what a model sees that was not trained on the image";

    private string Shown => images.Count < findings.Count
        ? $"the {Figures.Count(images.Count)} surest of {Figures.Count(findings.Count)}"
        : $"all {Figures.Count(findings.Count)}";

    private int Rows => (images.Count + Columns - 1) / Columns;

    protected override void Draw(Drawing drawing)
    {
        foreach (var (i, (image, finding)) in images.Zip(findings).Index())
        {
            var (left, top) = (Margin + (i % Columns * ColumnWidth), Top + (i / Columns * (Side + Captions)));
            DrawImage(drawing, image, new SKRect(left, top, left + Side, top + Side));
            var rank = finding.Rank.ToString(CultureInfo.InvariantCulture);
            drawing.Text(Drawing.Fit($"{rank} · {Name(finding.Given)}", Given, ColumnWidth - 8), left, top + Side + 12, Given);
            drawing.Text(Drawing.Fit($"→ {Name(finding.Suggested)}", Value, ColumnWidth - 8), left, top + Side + 29, Value);
        }
    }

    /// <summary>Photographs would suffer from a palette.</summary>
    protected override byte[] Encode(SKBitmap bitmap)
    {
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private string Name(string name) => ClassLabel.For(name, classes.Index().First(c => c.Item == name).Index);

    /// <summary>Enlarged by a whole number of physical pixels and without smoothing, or reduced smoothly; in the middle of the box.</summary>
    private void DrawImage(Drawing drawing, byte[] image, SKRect box)
    {
        var fit = Side * Density / Math.Max(size.Height, size.Width);
        var factor = (fit >= 1 ? MathF.Floor(fit) : fit) / Density;
        var (width, height) = (size.Width * factor, size.Height * factor);
        var (left, top) = (box.Left + ((Side - width) / 2), box.Top + ((Side - height) / 2));
        using var picture = Picture(image);
        var sampling = fit >= 1 ? new SKSamplingOptions(SKFilterMode.Nearest) : new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear);
        drawing.Canvas.DrawImage(picture, new SKRect(left, top, left + width, top + height), sampling);
        drawing.Outline(box, Palette.CardEdge, 0);
    }

    private SKImage Picture(byte[] planes)
    {
        var plane = size.Height * size.Width;
        var (green, blue) = planes.Length == plane ? (0, 0) : (plane, 2 * plane);
        using var bitmap = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var pixels = bitmap.GetPixelSpan();
        for (var p = 0; p < plane; p++)
        {
            (pixels[4 * p], pixels[(4 * p) + 1], pixels[(4 * p) + 2], pixels[(4 * p) + 3]) = (planes[p], planes[green + p], planes[blue + p], 255);
        }

        return SKImage.FromBitmap(bitmap);
    }
}
