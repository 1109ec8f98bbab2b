using SkiaSharp;

namespace Masterful.Reporting.Charts;

/// <summary>
/// A chart: pure from data to drawing. It says its size, draws itself in logical pixels, and becomes a PNG of twice that density on
/// an opaque light card with round corners.
/// </summary>
internal abstract class Chart
{
    /// <summary>Physical pixels of a logical one.</summary>
    public const int Density = 2;

    /// <summary>Width of every chart, logical pixels.</summary>
    public const float Width = 880;

    /// <summary>Physical pixels that Firefox still draws.</summary>
    private const int HighestPicture = 32_767;

    protected const float Margin = 28;

    /// <summary>Where the content begins, under title and subtitle.</summary>
    protected const float Top = 78;

    protected static readonly TextStyle Label = new(13, Palette.Ink);
    protected static readonly TextStyle Small = new(11.5f, Palette.Muted);
    protected static readonly TextStyle Value = new(12, Palette.Ink, Strong: true);

    /// <summary>Logical pixels.</summary>
    public abstract float Height { get; }

    protected abstract string Title { get; }

    protected abstract string Subtitle { get; }

    /// <summary>The whole image. The same data give the same bytes on the same platform.</summary>
    public byte[] ToPng()
    {
        // Beyond that, viewers show nothing at all.
        var density = Height * Density > HighestPicture ? 1 : Density;
        var info = new SKImageInfo((int)Width * density, (int)MathF.Ceiling(Height) * density, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        using var surface = SKSurface.Create(info.WithAlphaType(SKAlphaType.Premul))
            ?? throw new InvalidOperationException($"No surface for a chart of {info.Width}×{info.Height} pixels.");
        surface.Canvas.Clear(SKColors.Transparent);
        surface.Canvas.Scale(density);
        DrawAll(surface.Canvas);
        using var bitmap = new SKBitmap(info);
        surface.ReadPixels(info, bitmap.GetPixels(), info.RowBytes, 0, 0);
        return Encode(bitmap);
    }

    /// <summary>The file: few colours, unless the chart shows photographs.</summary>
    protected virtual byte[] Encode(SKBitmap bitmap) => IndexedPng.Encode(bitmap.GetPixelSpan(), bitmap.Width, bitmap.Height);

    /// <summary>All texts with their places, for tests.</summary>
    public IReadOnlyList<DrawnText> Layout()
    {
        using var recorder = new SKPictureRecorder();
        return DrawAll(recorder.BeginRecording(new SKRect(0, 0, Width, Height)));
    }

    protected abstract void Draw(Drawing drawing);

    /// <summary>A row of signs with their meaning; returns where it ends.</summary>
    protected static float Legend(Drawing drawing, float x, float middle, params ReadOnlySpan<(Action<SKRect> Sign, string Text)> entries)
    {
        foreach (var (sign, text) in entries)
        {
            sign(new SKRect(x, middle - 6, x + 18, middle + 6));
            drawing.Text(text, x + 25, middle, Small);
            x += 25 + Drawing.Measure(text, Small) + 22;
        }

        return x;
    }

    /// <summary>A zigzag gap through a bar whose axis does not begin at 0.</summary>
    protected static void Break(Drawing drawing, float left, float right, float y)
    {
        const float Tooth = 8;
        using var zigzag = new SKPathBuilder();
        zigzag.MoveTo(left - Tooth, y);
        for (var (x, up) = (left - (Tooth / 2), true); x < right + Tooth; x += Tooth, up = !up)
        {
            zigzag.LineTo(x, up ? y - 3 : y + 3);
        }

        using var path = zigzag.Detach();
        drawing.Curve(path, Palette.Card, 4);
    }

    private IReadOnlyList<DrawnText> DrawAll(SKCanvas canvas)
    {
        var drawing = new Drawing(canvas);
        var card = new SKRect(0.5f, 0.5f, Width - 0.5f, Height - 0.5f);
        drawing.Fill(card, Palette.Card, 10);
        drawing.Outline(card, Palette.CardEdge, 10);
        drawing.Text(Title, Margin, 28, new TextStyle(17, Palette.Ink, Strong: true));
        drawing.Text(Drawing.Fit(Subtitle, Small, Width - (2 * Margin)), Margin, 50, Small);
        Draw(drawing);
        return drawing.Texts;
    }
}
