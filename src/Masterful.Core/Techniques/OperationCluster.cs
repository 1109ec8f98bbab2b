using Masterful.Core.Spec;

namespace Masterful.Core.Techniques;

/// <summary>
/// Gives each image one operation of the cluster, drawn evenly among those that the calibration allows at this magnitude, at a
/// strength drawn evenly up to that operation's strength there.
/// </summary>
internal sealed class OperationCluster : IImageTechnique
{
    private readonly (Operation Operation, double Strength)[] _allowed;
    private readonly Stage _stage;
    private readonly (Draw Operation, Draw Strength, Draw Sign) _draws;

    public OperationCluster(Technique cluster, double magnitude, Calibration calibration)
    {
        _allowed = [.. Operations.Of(cluster).Select(o => (o, calibration.Strength(o.Name, magnitude))).Where(o => o.Item2 > 0)];
        (_stage, _draws) = cluster switch
        {
            Technique.Spatial => (default, (Draw.SpatialOperation, Draw.SpatialStrength, Draw.SpatialSign)),
            Technique.Hsv => (Stage.Hsv, (Draw.HsvOperation, Draw.HsvStrength, Draw.HsvSign)),
            Technique.Contrast => (Stage.Contrast, (Draw.ContrastOperation, Draw.ContrastStrength, Draw.ContrastSign)),
            Technique.Blur => (Stage.Blur, (Draw.BlurOperation, Draw.BlurStrength, Draw.BlurSign)),
            _ => throw new ArgumentOutOfRangeException(nameof(cluster), cluster, "Not a cluster of operations."),
        };
    }

    public void Plan(Draws draws, TransformPlan plan)
    {
        for (var image = 0; _allowed.Length > 0 && image < plan.Count; image++)
        {
            var (operation, most) = _allowed[draws.Choose(_draws.Operation, image, _allowed.Length)];
            var strength = most * draws[_draws.Strength, image];
            var signed = operation.Signed ? strength * draws.Sign(_draws.Sign, image) : strength;
            plan.Add(_stage, image, operation.Transform, operation.Amount(signed, plan.ShorterSide));
        }
    }
}
