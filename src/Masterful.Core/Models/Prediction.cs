using Masterful.Core.Spec;

namespace Masterful.Core.Models;

/// <summary>What a model says about an image.</summary>
/// <param name="Label">Name of the most probable class.</param>
/// <param name="Confidence">Its probability, 0..1.</param>
/// <param name="Probabilities">Probability of each class, in the order of <see cref="MasterfulModel.Classes"/>; they sum to 1.</param>
public sealed record Prediction(string Label, double Confidence, IReadOnlyList<double> Probabilities);

/// <summary>What came of one image file of many.</summary>
/// <param name="Path">The file, as it was given.</param>
/// <param name="Prediction">What the model says, or null.</param>
/// <param name="Problem">Why the file can't be read, or null.</param>
public sealed record ImagePrediction(string Path, Prediction? Prediction, Diagnostic? Problem);
