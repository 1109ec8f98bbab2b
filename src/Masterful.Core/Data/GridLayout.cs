using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>
/// How many pixels each image of a grid gets, so that a grid of any number of images, of any shape, is one picture that viewers open: few are
/// enlarged, many are reduced, and rows that would make a tower go on in a column beside the first.
/// </summary>
internal sealed record GridLayout
{
    /// <summary>Side of a picture: what JPEG, WebP, browsers and graphics memory still take.</summary>
    private const int LongestSide = 16_384;

    private const int HighestColumn = 8_192;
    private const int HeightOfSeveral = 4_096;

    /// <summary>Small images are enlarged to this side (56 points at a density of two) by a whole factor, so that their pixels stay square.</summary>
    private const int EnlargedSide = 112;

    /// <summary>Side of a square of the area that no image is larger than.</summary>
    private const int LargestCell = 192;

    private const int LongestCell = 1_024;
    private const double Step = 0.97;

    private const int WidestGap = 8;

    /// <summary>Shape that each image is brought to.</summary>
    public required ImageShape Cell { get; init; }

    /// <summary>How many times each pixel of it is repeated, in both directions.</summary>
    public required int Factor { get; init; }

    /// <summary>Pixels between images.</summary>
    public required int Gap { get; init; }

    /// <summary>Rows that stand below each other before the next go on beside them.</summary>
    public required int RowsInColumn { get; init; }

    /// <summary>How many rows there are.</summary>
    public required int Rows { get; init; }

    /// <summary>Images in the longest of them.</summary>
    public required int Columns { get; init; }

    /// <summary>Pixels from the left of one image to that of the next.</summary>
    public int Across => (Cell.Width * Factor) + Gap;

    /// <summary>Pixels from the top of one image to that of the next.</summary>
    public int Down => (Cell.Height * Factor) + Gap;

    /// <summary>Pixels around all.</summary>
    public int Margin => 2 * Gap;

    /// <summary>Pixels of the whole.</summary>
    public int Width => (2 * Margin) + (BesideEachOther * ColumnWidth) - (3 * Gap);

    /// <summary>Pixels of the whole.</summary>
    public int Height => (2 * Margin) + (Math.Min(Rows, RowsInColumn) * Down) - Gap;

    /// <summary>Pixels from one column of rows to the next, which stands apart.</summary>
    private int ColumnWidth => (Columns * Across) + (2 * Gap);

    private int BesideEachOther => (Rows + RowsInColumn - 1) / RowsInColumn;

    /// <summary>Whether a person still sees what is on the images.</summary>
    public bool IsLegible => (long)Cell.Width * Factor * Cell.Height * Factor >= (EnlargedSide / 2) * (EnlargedSide / 2);

    /// <summary>The largest cells with which the picture has no more than so many pixels.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">Images in the longest row.</param>
    /// <param name="shape">Of the images.</param>
    /// <param name="pixels">Of the picture, at most.</param>
    public static GridLayout For(int rows, int columns, ImageShape shape, long pixels)
    {
        var area = Math.Sqrt((double)shape.Height * shape.Width);
        var enlarged = (int)Math.Ceiling(EnlargedSide / (double)Math.Min(shape.Height, shape.Width));
        var scale = Math.Min(
            Math.Min(enlarged, LargestCell / area >= 1 ? Math.Floor(LargestCell / area) : LargestCell / area),
            LongestCell / (double)Math.Max(shape.Height, shape.Width));
        var layout = At(scale);
        while ((layout.Width > LongestSide || layout.Height > LongestSide || (long)layout.Width * layout.Height > pixels) && layout.Cell.Height * layout.Cell.Width > 1)
        {
            scale = scale > 1 ? Math.Ceiling(scale) - 1 : scale * Step;
            layout = At(scale);
        }

        return layout;

        GridLayout At(double scale)
        {
            var factor = scale > 1 ? (int)Math.Floor(scale) : 1;
            var cell = scale >= 1 ? shape : shape with { Height = Scaled(shape.Height), Width = Scaled(shape.Width) };
            var gap = Math.Clamp(Math.Min(cell.Height, cell.Width) * factor / 6, 1, WidestGap);
            var tower = (long)rows * ((cell.Height * factor) + gap);
            var inColumn = tower <= HighestColumn ? rows : (int)Math.Ceiling(rows / Math.Ceiling(tower / (double)HeightOfSeveral));
            return new GridLayout { Cell = cell, Factor = factor, Gap = gap, RowsInColumn = Math.Max(1, inColumn), Rows = rows, Columns = columns };

            int Scaled(int side) => Math.Max(1, (int)Math.Round(side * scale));
        }
    }

    /// <summary>Left and top of an image.</summary>
    public (int Left, int Top) PlaceOf(int row, int column) =>
        (Margin + (row / RowsInColumn * ColumnWidth) + (column * Across), Margin + (row % RowsInColumn * Down));
}
