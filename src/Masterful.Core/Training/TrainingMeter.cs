namespace Masterful.Core.Training;

/// <summary>
/// Where a training is, batch by batch, for whoever looks from another thread. It costs the training nothing but a small object a step: nobody
/// is told, and nothing is read back from the device.
/// </summary>
/// <param name="clock">Measures the speed.</param>
public sealed class TrainingMeter(TimeProvider clock)
{
    private volatile EpochProgress? _position;
    private long _began;
    private long _images;
    private bool _isWarm;

    /// <summary>The last batch that was done; null before the first.</summary>
    public EpochProgress? Position => _position;

    /// <summary>The first batch comes next.</summary>
    internal void Begin() => (_began, _images, _isWarm) = (clock.GetTimestamp(), 0, false);

    /// <summary>A batch is done. The speed is that since the first one, which takes longer than the others; of the first, its own.</summary>
    internal void Step(int epoch, int epochs, double loss, int batch, int batches, int images)
    {
        _images += images;
        var seconds = clock.GetElapsedTime(_began).TotalSeconds;
        _position = new EpochProgress(epoch, epochs, loss, _images / Math.Max(seconds, 1e-9), batch, batches, seconds);
        if (!_isWarm)
        {
            (_began, _images, _isWarm) = (clock.GetTimestamp(), 0, true);
        }
    }
}
