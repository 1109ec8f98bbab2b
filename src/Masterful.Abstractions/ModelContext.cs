namespace Masterful.Abstractions;

/// <summary>What a factory is told about the network that it should make.</summary>
/// <param name="ClassCount">Number of logits.</param>
/// <param name="InputShape">Shape of the images.</param>
/// <param name="Options">The <c>model.options</c> of the spec: string, long, double, bool, or lists of those.</param>
public sealed record ModelContext(int ClassCount, InputShape InputShape, IReadOnlyDictionary<string, object> Options);

/// <summary>Height, width and channels.</summary>
public readonly record struct InputShape(int Height, int Width, int Channels);
