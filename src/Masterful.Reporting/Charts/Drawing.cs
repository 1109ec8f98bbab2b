using SkiaSharp;

namespace Masterful.Reporting.Charts;

/// <summary>Where a text stands about its point.</summary>
internal enum Anchor
{
    /// <summary>It begins at the point.</summary>
    Start,

    /// <summary>It is centred on the point.</summary>
    Middle,

    /// <summary>It ends at the point.</summary>
    End,
}

/// <summary>How a text looks.</summary>
/// <param name="Size">Height in logical pixels.</param>
/// <param name="Color">Of its ink.</param>
/// <param name="Strong">Semi-bold.</param>
/// <param name="Halo">Whether an edge in the card's colour keeps it legible over lines.</param>
internal sealed record TextStyle(float Size, SKColor Color, bool Strong = false, bool Halo = false);

/// <summary>A text that was drawn, for tests of the layout.</summary>
/// <param name="Text">The text.</param>
/// <param name="Bounds">Its advance box in logical pixels.</param>
internal sealed record DrawnText(string Text, SKRect Bounds);

/// <summary>What all charts draw with: bars, lines, whiskers, hatching and text in the embedded font, in logical pixels.</summary>
internal sealed class Drawing(SKCanvas canvas)
{
    private readonly List<DrawnText> _texts = [];

    public SKCanvas Canvas { get; } = canvas;

    public IReadOnlyList<DrawnText> Texts => _texts;

    public static float Measure(string text, TextStyle style)
    {
        using var font = Font(style);
        return font.MeasureText(text);
    }

    /// <summary>The text, cut with an ellipsis at a whole character where it is wider than <paramref name="width"/>.</summary>
    public static string Fit(string text, TextStyle style, float width)
    {
        if (Measure(text, style) <= width)
        {
            return text;
        }

        var starts = System.Globalization.StringInfo.ParseCombiningCharacters(text);
        for (var length = starts.Length - 1; length > 0; length--)
        {
            var cut = text[..starts[length]].TrimEnd() + "…";
            if (Measure(cut, style) <= width)
            {
                return cut;
            }
        }

        return "…";
    }

    /// <param name="text">One line.</param>
    /// <param name="x">Of the anchor.</param>
    /// <param name="middle">Vertical middle of lower-case letters with ascenders.</param>
    /// <param name="style">How it looks.</param>
    /// <param name="anchor">Where it stands about <paramref name="x"/>.</param>
    public void Text(string text, float x, float middle, TextStyle style, Anchor anchor = Anchor.Start)
    {
        using var font = Font(style);
        var width = font.MeasureText(text);
        var left = anchor switch { Anchor.Middle => x - (width / 2), Anchor.End => x - width, _ => x };
        var baseline = middle + (style.Size * 0.36f);
        if (style.Halo)
        {
            using var halo = Paint(Palette.Card);
            halo.Style = SKPaintStyle.Stroke;
            halo.StrokeWidth = 4;
            halo.StrokeJoin = SKStrokeJoin.Round;
            Canvas.DrawText(text, left, baseline, SKTextAlign.Left, font, halo);
        }

        using var paint = Paint(style.Color);
        Canvas.DrawText(text, left, baseline, SKTextAlign.Left, font, paint);
        _texts.Add(new DrawnText(text, new SKRect(left, baseline - (style.Size * 0.76f), left + width, baseline + (style.Size * 0.22f))));
    }

    public void Fill(SKRect rectangle, SKColor color, float radius = 0)
    {
        using var paint = Paint(color);
        Canvas.DrawRoundRect(rectangle, radius, radius, paint);
    }

    /// <summary>Diagonal lines over a bar, the second sign beside its colour.</summary>
    public void Hatch(SKRect rectangle, SKColor color)
    {
        using var paint = Paint(color);
        paint.StrokeWidth = 1.2f;
        Canvas.Save();
        Canvas.ClipRect(rectangle);
        for (var x = rectangle.Left - rectangle.Height; x < rectangle.Right; x += 6)
        {
            Canvas.DrawLine(x, rectangle.Bottom, x + rectangle.Height, rectangle.Top, paint);
        }

        Canvas.Restore();
    }

    public void Outline(SKRect rectangle, SKColor color, float radius = 0)
    {
        using var paint = Paint(color);
        paint.Style = SKPaintStyle.Stroke;
        paint.StrokeWidth = 1;
        Canvas.DrawRoundRect(rectangle, radius, radius, paint);
    }

    public void Line(float x1, float y1, float x2, float y2, SKColor color, float width = 1, bool dashed = false)
    {
        using var paint = Paint(color);
        paint.Style = SKPaintStyle.Stroke;
        paint.StrokeWidth = width;
        using var dash = dashed ? SKPathEffect.CreateDash([4, 4], 0) : null;
        paint.PathEffect = dash;
        Canvas.DrawLine(x1, y1, x2, y2, paint);
    }

    public void Curve(SKPath path, SKColor color, float width)
    {
        using var paint = Paint(color);
        paint.Style = SKPaintStyle.Stroke;
        paint.StrokeWidth = width;
        paint.StrokeJoin = SKStrokeJoin.Round;
        paint.StrokeCap = SKStrokeCap.Round;
        Canvas.DrawPath(path, paint);
    }

    public void Dot(float x, float y, float radius, SKColor fill, SKColor edge)
    {
        using var inside = Paint(fill);
        Canvas.DrawCircle(x, y, radius, inside);
        using var outside = Paint(edge);
        outside.Style = SKPaintStyle.Stroke;
        outside.StrokeWidth = 1.4f;
        Canvas.DrawCircle(x, y, radius, outside);
    }

    /// <summary>An upright interval.</summary>
    public void UprightWhisker(float x, float from, float to, SKColor color, float cap = 4)
    {
        Line(x, from, x, to, color, 1.5f);
        Line(x - cap, from, x + cap, from, color, 1.5f);
        Line(x - cap, to, x + cap, to, color, 1.5f);
    }

    /// <summary>A level interval.</summary>
    public void LevelWhisker(float y, float from, float to, SKColor color, float cap = 4, float width = 1.5f)
    {
        Line(from, y, to, y, color, width);
        Line(from, y - cap, from, y + cap, color, width);
        Line(to, y - cap, to, y + cap, color, width);
    }

    private static SKFont Font(TextStyle style) => new(style.Strong ? InterFont.SemiBold : InterFont.Regular, style.Size)
    {
        Subpixel = true,
        Edging = SKFontEdging.Antialias,
        Hinting = SKFontHinting.None,
    };

    private static SKPaint Paint(SKColor color) => new() { Color = color, IsAntialias = true };
}
