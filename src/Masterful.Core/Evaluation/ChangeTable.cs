namespace Masterful.Core.Evaluation;

/// <summary>Sums of a table with one value for each image and seed, most of them 0.</summary>
/// <param name="seeds">Columns.</param>
internal sealed class ChangeTable(int seeds)
{
    private readonly double[] _bySeed = new double[seeds];
    private readonly Dictionary<int, double> _byImage = [];
    private double _squares;
    private (int Seed, int Image) _last = (-1, -1);
    private double _lastValue;

    /// <summary>Of all values.</summary>
    internal double Sum => _bySeed.Sum();

    /// <summary>Adds to a value: what is added to one of them stands together.</summary>
    internal void Add(int seed, int image, double value)
    {
        if (value == 0)
        {
            return;
        }

        var before = _last == (seed, image) ? _lastValue : 0;
        (_last, _lastValue) = ((seed, image), before + value);
        _bySeed[seed] += value;
        _byImage[image] = _byImage.GetValueOrDefault(image) + value;
        _squares += (_lastValue * _lastValue) - (before * before);
    }

    /// <summary>The mean squares, over all images, those of zeros included.</summary>
    internal CrossedSquares Squares(int images) => CrossedSquares.Of(_bySeed, _byImage.Values, _squares, images);
}
