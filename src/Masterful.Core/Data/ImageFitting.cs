using Masterful.Core.Imaging;
using Masterful.Core.Spec;

namespace Masterful.Core.Data;

/// <summary>Brings images that formats hold plane by plane to the model's shape: as image files are.</summary>
internal static class ImageFitting
{
    /// <summary>See <see cref="PixelFitting"/>.</summary>
    /// <param name="planes">C×H×W bytes; not changed.</param>
    /// <param name="from">Their shape.</param>
    /// <param name="to">The shape wanted.</param>
    public static byte[] Fit(ReadOnlySpan<byte> planes, ImageShape from, ImageShape to) =>
        PixelFitting.Fit(new PlaneRows(planes, from.Height, from.Width, from.Channels), to.Height, to.Width, to.Channels);
}
