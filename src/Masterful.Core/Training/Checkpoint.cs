using System.Text;
using Masterful.Results;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>
/// The state of a training after an epoch, in one file that is written whole. No state of a random generator is in it, because each
/// epoch seeds its own. Written when five seconds have passed since the last, so that a kill costs at most the running epoch and five
/// seconds, and a training of seconds costs no disk.
/// </summary>
internal sealed class Checkpoint(string path, TimeProvider clock, ILogger logger)
{
    private const string Format = "masterful-checkpoint/1";
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(5);
    private long _last = clock.GetTimestamp();

    /// <summary>Writes the state, if the last time is long enough ago. A disk that is full costs the checkpoint, not the training.</summary>
    public void SaveIfDue(IReadOnlyDictionary<string, Tensor> state, IReadOnlyList<double> losses)
    {
        if (clock.GetElapsedTime(_last) < Spacing)
        {
            return;
        }

        try
        {
            AtomicFile.Write(path, stream => Write(stream, state, losses));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("The checkpoint {Path} could not be written, the training goes on without it: {Reason}", path, Cause.Of(e));
        }

        _last = clock.GetTimestamp();
    }

    /// <summary>
    /// Copies what the file holds into the state and the losses; false, with nothing changed, when there is no file or when it is not
    /// the state of this training.
    /// </summary>
    public bool Restore(IReadOnlyDictionary<string, Tensor> state, List<double> losses)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var scope = NewDisposeScope();
        try
        {
            using var reader = new BinaryReader(File.OpenRead(path), Encoding.UTF8);
            var (savedLosses, saved) = Read(reader, state);
            using var noGradient = no_grad();
            foreach (var (name, tensor) in saved)
            {
                state[name].copy_(tensor);
            }

            losses.AddRange(savedLosses);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            logger.LogWarning("The checkpoint {Path} can't be used, the training starts over: {Reason}", path, Cause.Of(e));
            return false;
        }
    }

    private static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> state, IReadOnlyList<double> losses)
    {
        using var scope = NewDisposeScope();
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Format);
        writer.Write(losses.Count);
        foreach (var loss in losses)
        {
            writer.Write(loss);
        }

        writer.Write(state.Count);
        foreach (var (name, tensor) in state)
        {
            var bytes = tensor.detach().cpu().contiguous().bytes;
            writer.Write(name);
            writer.Write((int)tensor.dtype);
            writer.Write(tensor.shape.Length);
            foreach (var size in tensor.shape)
            {
                writer.Write(size);
            }

            writer.Write(bytes);
        }
    }

    private static (double[] Losses, Dictionary<string, Tensor> State) Read(BinaryReader reader, IReadOnlyDictionary<string, Tensor> like)
    {
        Expect(reader.ReadString() == Format, "it has another format");
        var losses = new double[reader.ReadInt32()];
        for (var i = 0; i < losses.Length; i++)
        {
            losses[i] = reader.ReadDouble();
        }

        var state = new Dictionary<string, Tensor>();
        Expect(reader.ReadInt32() == like.Count, "it holds another number of tensors");
        for (var i = 0; i < like.Count; i++)
        {
            var name = reader.ReadString();
            Expect(like.TryGetValue(name, out var tensor), $"it holds '{name}', which this training has not");
            Expect(reader.ReadInt32() == (int)tensor!.dtype, $"'{name}' is of another type");
            var shape = new long[reader.ReadInt32() is >= 0 and <= 8 and var dimensions ? dimensions : 0];
            for (var d = 0; d < shape.Length; d++)
            {
                shape[d] = reader.ReadInt64();
            }

            Expect(shape.SequenceEqual(tensor.shape), $"'{name}' is of another shape");
            var copy = empty(shape, tensor.dtype, CPU);
            reader.BaseStream.ReadExactly(copy.bytes);
            state[name] = copy;
        }

        return (losses, state);
    }

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"{otherwise}.");
        }
    }
}
