using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Masterful.Results;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace Masterful.Core.Training;

/// <summary>
/// The state of a training after an epoch, in one file that is written whole: a mark, the file's length, what it holds, and the SHA-256 of
/// all that. It may have come from another machine, or from a disk that failed, so nothing in it is believed before length and hash are
/// right, and then only what fits the training. No state of a random generator is in it, because each epoch seeds its own. Written when
/// five seconds have passed since the last, so that a kill costs at most the running epoch and five seconds, and a training of seconds
/// costs no disk.
/// </summary>
internal sealed class Checkpoint(string path, TimeProvider clock, ILogger logger)
{
    private const int HeadLength = 16;
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(5);
    private long _last = clock.GetTimestamp();

    private static ReadOnlySpan<byte> Mark => "MSTCKPT2"u8;

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
    /// Copies what the file holds into the state and the losses. A file that is damaged, or not of this training, is told and set aside,
    /// and the training starts from its beginning.
    /// </summary>
    /// <param name="state">The tensors of the training.</param>
    /// <param name="losses">Filled with the losses of the epochs that are done.</param>
    /// <param name="epochs">Of the whole training: one that was over had no checkpoint.</param>
    /// <returns>False, with nothing changed, where there is no file that can be used.</returns>
    public bool Restore(IReadOnlyDictionary<string, Tensor> state, List<double> losses, int epochs)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var scope = NewDisposeScope();
        try
        {
            var (savedLosses, saved) = Read(state, epochs);
            using var noGradient = no_grad();
            foreach (var (name, tensor) in saved)
            {
                state[name].copy_(tensor);
            }

            losses.AddRange(savedLosses);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever reading it ends in, the file is at fault.
            SetAside(Cause.Of(e));
            return false;
        }
    }

    private void SetAside(string why)
    {
        var aside = $"{path}.damaged";
        try
        {
            File.Move(path, aside, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            aside = "where it is; it will be replaced";
        }

        logger.LogWarning(
            "{Code}: the checkpoint {Path} can't be used ({Reason}). It is kept as {Aside}, and the training starts from its beginning.",
            TrainingDiagnostics.CheckpointDamaged.Id, path, why, aside);
    }

    private static void Write(FileStream stream, IReadOnlyDictionary<string, Tensor> state, IReadOnlyList<double> losses)
    {
        using var scope = NewDisposeScope();
        stream.Write(new byte[HeadLength]);
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
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

        Span<byte> head = stackalloc byte[HeadLength];
        Mark.CopyTo(head);
        BinaryPrimitives.WriteInt64LittleEndian(head[Mark.Length..], stream.Length + SHA256.HashSizeInBytes);
        stream.Position = 0;
        stream.Write(head);
        stream.Position = 0;
        var hash = SHA256.HashData(stream);
        stream.Write(hash);
    }

    private (double[] Losses, Dictionary<string, Tensor> State) Read(IReadOnlyDictionary<string, Tensor> like, int epochs)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        RequireWhole(file);
        using var reader = new BinaryReader(file, Encoding.UTF8);
        var count = reader.ReadInt32();
        Expect(count > 0 && count < epochs, $"it is of {count} epochs, and this training has {epochs}");
        var losses = new double[count];
        for (var i = 0; i < losses.Length; i++)
        {
            losses[i] = reader.ReadDouble();
            Expect(double.IsFinite(losses[i]), $"the loss of epoch {i + 1} is {losses[i]}");
        }

        var state = new Dictionary<string, Tensor>();
        Expect(reader.ReadInt32() == like.Count, "it holds another number of tensors");
        for (var i = 0; i < like.Count; i++)
        {
            var name = reader.ReadString();
            Expect(like.TryGetValue(name, out var tensor) && !state.ContainsKey(name), "it holds a tensor that this training has not");
            state[name] = ReadTensor(reader, name, tensor!);
        }

        Expect(file.Position == file.Length - SHA256.HashSizeInBytes, "something follows its tensors");
        return (losses, state);
    }

    private static Tensor ReadTensor(BinaryReader reader, string name, Tensor like)
    {
        Expect(reader.ReadInt32() == (int)like.dtype, $"'{name}' is of another type");
        Expect(reader.ReadInt32() == like.shape.Length && like.shape.All(size => reader.ReadInt64() == size), $"'{name}' is of another shape");
        var copy = empty(like.shape, like.dtype, CPU);
        reader.BaseStream.ReadExactly(copy.bytes);
        Expect(!copy.is_floating_point() || copy.isfinite().all().item<bool>(), $"'{name}' has values that are not finite");
        return copy;
    }

    /// <summary>Leaves the file after its head.</summary>
    private static void RequireWhole(FileStream file)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        Expect(file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false) == HeadLength && head.StartsWith(Mark), "it is not a checkpoint of this version");
        var length = BinaryPrimitives.ReadInt64LittleEndian(head[Mark.Length..]);
        Expect(length == file.Length && length >= HeadLength + SHA256.HashSizeInBytes, $"it was written with {length:N0} bytes and has {file.Length:N0}");

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        var buffer = new byte[1 << 16];
        for (var left = length - HeadLength - SHA256.HashSizeInBytes; left > 0;)
        {
            var read = file.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            Expect(read > 0, "it ends early");
            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        var expected = new byte[SHA256.HashSizeInBytes];
        file.ReadExactly(expected);
        Expect(hash.GetCurrentHash().AsSpan().SequenceEqual(expected), "its bytes do not have the hash that was written with them");
        file.Position = HeadLength;
    }

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
