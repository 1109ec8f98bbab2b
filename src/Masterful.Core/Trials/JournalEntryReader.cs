using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Masterful.Core.Evaluation;
using Masterful.Results;

namespace Masterful.Core.Trials;

/// <summary>
/// From the columns of a journal to results. What a disk, another program or another machine may have put there and no training gives is
/// refused: unknown words, lengths that do not go together, numbers out of their range.
/// </summary>
/// <param name="folder">Full path of the folder that paths of weights are relative to.</param>
internal sealed class JournalEntryReader(string folder)
{
    /// <summary>In the column <c>transient</c>: 0 is a failure for good, 1 one that may not come again, this a lack of memory.</summary>
    public const int MemoryShort = 2;

    /// <summary>More than any machine trains or holds.</summary>
    private const long Most = 1L << 60;

    /// <summary>How probes are written.</summary>
    public static JsonSerializerOptions JsonOptions { get; } = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>A trial's result.</summary>
    public TrialResult Result(DbDataReader row)
    {
        var (key, transient) = (row.GetString(row.GetOrdinal("key")), Whole(row, "transient"));
        Expect(transient is >= 0 and <= MemoryShort, $"'transient' is {transient}");
        var result = new TrialResult
        {
            Key = key,
            Status = Status(row.GetString(row.GetOrdinal("status"))),
            Failure = Text(row, "failure"),
            FailureIsTransient = transient > 0,
            RanOutOfMemory = transient == MemoryShort,
            SelectLoss = Number(row, "select_loss"),
            SelectError = Number(row, "select_error"),
            RawSelectLoss = Number(row, "raw_select_loss"),
            EpochLosses = Values<double>(row, "epoch_losses") ?? throw new InvalidDataException("'epoch_losses' is missing"),
            Select = PredictionsOf(row, "select_logits", "select_labels"),
            Test = PredictionsOf(row, "test_logits", "test_labels"),
            WeightsPath = Text(row, "weights_path") is { } weights ? Weights(weights, key) : null,
            ImagePasses = Whole(row, "image_passes"),
            Seconds = Number(row, "seconds"),
            PeakMemory = Whole(row, "peak_memory"),
        };
        Expect(result.ImagePasses is >= 0 and < Most && result.PeakMemory is >= 0 and < Most && result.Seconds is >= 0 and < double.PositiveInfinity, "its cost is below 0 or without end");
        Expect(result.Status == TrialStatus.Failed || (double.IsFinite(result.SelectLoss) && result.SelectError is >= 0 and <= 1), $"it completed with a loss of {result.SelectLoss} and an error of {result.SelectError}");
        return result;
    }

    /// <summary>How a trial ended.</summary>
    public static TrialStatus Status(string text) => text switch
    {
        nameof(TrialStatus.Completed) => TrialStatus.Completed,
        nameof(TrialStatus.Failed) => TrialStatus.Failed,
        _ => throw new InvalidDataException("its status is unknown"),
    };

    /// <summary>A trial's canonical text.</summary>
    public static string Spec(string text)
    {
        using var document = JsonDocument.Parse(text);
        Expect(document.RootElement.ValueKind == JsonValueKind.Object, "its spec is no object");
        return text;
    }

    /// <summary>A probe's result.</summary>
    public static DistanceProbeResult Probe(string text)
    {
        var probe = JsonSerializer.Deserialize<DistanceProbeResult>(text, JsonOptions) ?? throw new InvalidDataException("it is null");
        Expect(probe.ImagePasses >= 0 && probe.Seconds is >= 0 and < double.PositiveInfinity, "its cost is below 0 or without end");
        Expect(probe.Operations.All(o => o is not null && o.Losses.Count == o.Errors.Count), "an operation has not as many errors as losses");
        return probe;
    }

    /// <summary>A point in time.</summary>
    public static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>
    /// Weights that are there: below the journal's folder, or under the trial's own name in the folder of a run that can't write there.
    /// </summary>
    private string? Weights(string relative, string key)
    {
        Expect(!relative.Contains('\0', StringComparison.Ordinal), "its weights' path is none");
        var full = Path.GetFullPath(relative, folder);
        if (RootFolder.Below(folder, full) is not null)
        {
            full = new RootFolder(folder).Resolve(full);
        }
        else if (Path.GetFileName(full) != $"{key}.safetensors")
        {
            throw new LeavesRootException($"its weights would be {full}");
        }

        return File.Exists(full) ? full : null;
    }

    private static Predictions? PredictionsOf(DbDataReader row, string logits, string labels)
    {
        if (Values<float>(row, logits) is not { } values)
        {
            return null;
        }

        var (classes, truth) = (Whole(row, "class_count"), Values<int>(row, labels) ?? throw new InvalidDataException($"'{labels}' is missing"));
        Expect(classes > 0 && classes <= values.LongLength && values.LongLength == classes * truth.Length, $"{values.Length} logits are not {truth.Length} times {classes} classes");
        Expect(truth.All(label => label >= -1 && label < classes), $"a label is none of the {classes} classes");
        return new Predictions(values, (int)classes, truth);
    }

    private static string? Text(DbDataReader row, string column) => row.IsDBNull(row.GetOrdinal(column)) ? null : row.GetString(row.GetOrdinal(column));

    /// <summary>NaN is stored as NULL. SQLite keeps text in a column of numbers, and would read 0 from it.</summary>
    private static double Number(DbDataReader row, string column) => row.GetValue(row.GetOrdinal(column)) switch
    {
        DBNull => double.NaN,
        double number => number,
        long number => number,
        _ => throw new InvalidDataException($"'{column}' is no number"),
    };

    private static long Whole(DbDataReader row, string column) => row.GetValue(row.GetOrdinal(column)) switch
    {
        long number => number,
        int number => number,
        short number => number,
        _ => throw new InvalidDataException($"'{column}' is no whole number"),
    };

    private static T[]? Values<T>(DbDataReader row, string column)
        where T : unmanaged
    {
        if (row.IsDBNull(row.GetOrdinal(column)))
        {
            return null;
        }

        var bytes = row.GetFieldValue<byte[]>(row.GetOrdinal(column));
        Expect(bytes.Length % Marshal.SizeOf<T>() == 0, $"'{column}' has {bytes.Length} bytes");
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
