namespace Masterful.Results;

/// <summary>The model of a run.</summary>
public sealed record ModelInfo
{
    /// <summary>Architecture, type or file name.</summary>
    public required string Name { get; init; }

    /// <summary>Trainable parameters.</summary>
    public long Parameters { get; init; }

    /// <summary>Hash of architecture, options, shape and code.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>H, W, C.</summary>
    public required IReadOnlyList<int> InputShape { get; init; }

    /// <summary>Options of the spec, as text.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}

/// <summary>The recipe that both arms share.</summary>
public sealed record RecipeInfo
{
    /// <summary>Epochs of a full training.</summary>
    public int Epochs { get; init; }

    /// <summary>Images a step.</summary>
    public int BatchSize { get; init; }

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; }

    /// <summary>sgd, adamw or lamb.</summary>
    public required string Optimizer { get; init; }

    /// <summary>fp32 or bf16.</summary>
    public required string Precision { get; init; }

    /// <summary>Paired repeats.</summary>
    public int Seeds { get; init; }

    /// <summary>Weight decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Whether the learning rate was searched for rather than given.</summary>
    public bool LearningRateSearched { get; init; }
}
