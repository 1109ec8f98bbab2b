using Masterful.Reporting.Charts;
using Masterful.Results;

namespace Masterful.Reporting;

/// <summary>Labels that are likely wrong, as a picture to look at: each image over its given label and the suggested one.</summary>
public static class LabelSheet
{
    /// <summary>So many images fill a sheet.</summary>
    public const int Capacity = LabelSheetChart.Columns * 8;

    /// <summary>A PNG.</summary>
    /// <param name="dataset">What the data are called.</param>
    /// <param name="findings">All of them, the surest first; as many as there are images are shown.</param>
    /// <param name="images">C×H×W bytes of the first findings' images; 1 or 3 channels.</param>
    /// <param name="height">Of every image, pixels.</param>
    /// <param name="width">Of every image, pixels.</param>
    /// <param name="classes">Names of the classes, in label order.</param>
    public static byte[] Render(
        string dataset, IReadOnlyList<LabelFinding> findings, IReadOnlyList<byte[]> images, int height, int width, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(classes);
        return new LabelSheetChart(dataset, findings, images, (height, width), classes).ToPng();
    }
}
