using SkiaSharp;

namespace Masterful.Reporting.Charts;

/// <summary>
/// The colours of all charts, drawn on an opaque light card so that they read on light and dark pages alike. Colours that mean
/// opposite things differ in lightness too, and never stand alone: signs, hatching or labels say the same.
/// </summary>
internal static class Palette
{
    public static readonly SKColor Card = new(0xFC, 0xFC, 0xFA);
    public static readonly SKColor CardEdge = new(0xD5, 0xD8, 0xDC);
    public static readonly SKColor Ink = new(0x1B, 0x22, 0x2C);
    public static readonly SKColor Muted = new(0x57, 0x60, 0x6A);
    public static readonly SKColor Grid = new(0xE4, 0xE6, 0xE9);
    public static readonly SKColor AxisLine = new(0xB4, 0xBA, 0xC1);
    public static readonly SKColor Light = SKColors.White;

    /// <summary>The original model, and what both models share.</summary>
    public static readonly SKColor Baseline = new(0x2F, 0x6F, 0xD6);
    public static readonly SKColor Better = new(0x5C, 0xC9, 0x7C);
    public static readonly SKColor BetterInk = new(0x12, 0x6B, 0x35);
    public static readonly SKColor Worse = new(0xB0, 0x12, 0x3C);

    public static readonly SKColor Original = new(0x9A, 0xA0, 0xA8);
    public static readonly SKColor Improvement = new(0x57, 0xBF, 0xB1);
    public static readonly SKColor Worsening = new(0xF0, 0x82, 0x6C);
    public static readonly SKColor Masterful = new(0x0B, 0x5D, 0x4A);
    public static readonly SKColor Insignificant = new(0xDD, 0xE0, 0xE4);

    public static readonly SKColor Tested = new(0xD6, 0x45, 0x45);
    public static readonly SKColor Selected = new(0x13, 0x8A, 0x43);

    /// <summary>One colour a split: blue, orange, purple, teal, brown.</summary>
    public static readonly SKColor[] Splits =
    [
        new(0x2F, 0x6F, 0xD6), new(0xE0, 0x93, 0x1F), new(0x8A, 0x5F, 0xB5), new(0x2A, 0x9D, 0x8F), new(0x8C, 0x6D, 0x4F),
    ];
}
