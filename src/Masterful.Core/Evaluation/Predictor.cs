using Masterful.Core.Data;
using Masterful.Core.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Masterful.Core.Evaluation;

/// <summary>Runs a model over a data set.</summary>
public static class Predictor
{
    /// <summary>
    /// Logits on every image, in 32-bit arithmetic whatever the training's was: bfloat16 logits would tie classes. The model must be on
    /// the data's device; it is left in evaluation mode. Images without a label keep −1.
    /// </summary>
    /// <param name="model">On the data's device.</param>
    /// <param name="data">The images.</param>
    /// <param name="cancellation">Looked at before each batch.</param>
    /// <param name="progress">Told how many images are done, or null.</param>
    /// <exception cref="OperationCanceledException">Cancelled between two batches.</exception>
    public static Predictions Predict(Classifier model, ResidentDataset data, CancellationToken cancellation, Action<long>? progress = null)
    {
        using var scope = NewDisposeScope();
        var logits = Logits(model, data.Images, image => image, cancellation, progress).cpu();
        var labels = data.Labels.cpu().data<long>().ToArray();
        return new Predictions([.. logits.data<float>()], (int)logits.shape[1], Array.ConvertAll(labels, l => (int)l));
    }

    /// <summary>Logits <c>float32 [N, K]</c> of images that are changed batch by batch before the model sees them.</summary>
    internal static Tensor Logits(Classifier model, Tensor images, Func<Tensor, Tensor> change, CancellationToken cancellation, Action<long>? progress = null)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        model.eval();
        var count = images.shape[0];
        var size = images.device_type == DeviceType.CPU ? 256 : 2048;
        var parts = new List<Tensor>();
        for (var start = 0L; start < count; start += size)
        {
            cancellation.ThrowIfCancellationRequested();
            using var batchScope = NewDisposeScope();
            var batch = change(images.narrow(0, start, Math.Min(size, count - start)));
            parts.Add(model.call(batch.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)).MoveToOuterDisposeScope());
            progress?.Invoke(start + batch.shape[0]);
        }

        return cat(parts).MoveToOuterDisposeScope();
    }
}
