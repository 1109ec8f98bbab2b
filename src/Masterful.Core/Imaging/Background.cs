namespace Masterful.Core.Imaging;

/// <summary>What becomes of transparency.</summary>
public enum Background
{
    /// <summary>It is dropped: the colours that are stored underneath count.</summary>
    None,

    /// <summary>Images are put on white.</summary>
    White,

    /// <summary>Images are put on black.</summary>
    Black,
}
