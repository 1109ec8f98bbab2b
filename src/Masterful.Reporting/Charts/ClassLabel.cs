using System.Globalization;
using System.Text;
using SkiaSharp;

namespace Masterful.Reporting.Charts;

/// <summary>What a chart calls a class.</summary>
internal static class ClassLabel
{
    /// <summary>Its name on one line, or <c>class N</c> where it is empty or has letters that the embedded font lacks.</summary>
    public static string For(string name, int index)
    {
        var printable = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (Rune.IsWhiteSpace(rune))
            {
                printable.Append(' ');
            }
            else if (category is not (UnicodeCategory.Control or UnicodeCategory.Format))
            {
                printable.Append(rune);
            }
        }

        var label = printable.ToString().Trim();
        using var font = new SKFont(InterFont.Regular);
        return label.Length > 0 && font.ContainsGlyphs(label) ? label : $"class {index.ToString(CultureInfo.InvariantCulture)}";
    }
}
