namespace Masterful.Core.Techniques;

/// <summary>A technique that changes images one by one: it plans what each image of a batch gets.</summary>
internal interface IImageTechnique
{
    /// <summary>Adds this technique's share to the plan of a batch.</summary>
    void Plan(Draws draws, TransformPlan plan);
}
