using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>
/// How fast a model trains, from a few images: a first answer while whole batches of a large model would take minutes. Batches of the usual
/// size are faster where a model is small, and there they are measured at once.
/// </summary>
internal static class StepProbe
{
    private const int Images = 4;

    /// <summary>Images a second that one training makes on the CPU; null where the model can't be trained, which its trials will tell.</summary>
    /// <param name="create">Makes the model, on the CPU.</param>
    /// <param name="shape">Of the images.</param>
    /// <param name="precision">Settled.</param>
    /// <param name="threads">That a training computes with.</param>
    /// <param name="clock">Measures.</param>
    public static double? ImagesPerSecond(Func<Classifier> create, ImageShape shape, PrecisionKind precision, int threads, TimeProvider clock)
    {
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            using var model = create();
            model.train();
            // The first step loads kernels and memory; of a model that takes seconds a step that weighs little.
            var first = Step(model, shape, precision, clock);
            return Images / Math.Max(1e-6, first > 1 ? first : Math.Min(first, Step(model, shape, precision, clock)));
        }
        catch (Exception e) when (TrainingFault.Of(e) is not null)
        {
            return null;
        }
        finally
        {
            set_num_threads(before);
        }
    }

    private static double Step(Classifier model, ImageShape shape, PrecisionKind precision, TimeProvider clock)
    {
        using var scope = NewDisposeScope();
        var start = clock.GetTimestamp();
        var images = rand(Images, shape.Channels, shape.Height, shape.Width).mul_(255);
        Tensor logits;
        using (precision == PrecisionKind.Bf16 ? Autocast.Enter(CPU) : default)
        {
            logits = model.call(ChannelsLast.Of(images));
        }

        logits.to(ScalarType.Float32).logsumexp(1).mean().backward();
        return clock.GetElapsedTime(start).TotalSeconds;
    }
}
