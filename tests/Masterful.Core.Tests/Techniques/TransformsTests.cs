using Masterful.Core.Techniques;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Techniques;

public sealed class TransformsTests
{
    private static readonly GoldenTransforms Golden = GoldenTransforms.Load();
    private static readonly double Tangent15 = Math.Tan(double.DegreesToRadians(15));

    private static readonly Dictionary<string, Action<TransformPlan>> Cases = new()
    {
        ["horizontal_flip"] = plan => plan.Move(0, Affine.Mirror),
        ["rotate_90_counterclockwise"] = plan => plan.Move(0, Affine.Turn(1)),
        ["rotate_degrees_20_bilinear_zero_fill"] = Add(Transforms.Rotate, 20),
        ["shear_x_degrees_15_bilinear_zero_fill"] = Add(Transforms.ShearX, Tangent15),
        ["shear_y_degrees_15_bilinear_zero_fill"] = Add(Transforms.ShearY, Tangent15),
        ["translate_x_4_y_minus_3"] = Add(Transforms.TranslateX, 4 / 32.0) + Add(Transforms.TranslateY, -3 / 32.0),
        ["zoom_scale_1.3"] = Add(Transforms.Zoom, 1.3),
        ["brightness_1.5"] = Add(Transforms.Brightness, 1.5),
        ["contrast_0.5"] = Add(Transforms.Contrast, 0.5),
        ["saturation_1.8"] = Add(Transforms.Saturation, 1.8),
        ["hue_0.1"] = Add(Transforms.Hue, 0.1),
        ["sharpness_2"] = Add(Transforms.Sharpness, 2),
        ["gaussian_blur_kernel_5_sigma_1"] = Add(Transforms.GaussianBlur, 1),
        ["posterize_3_bits"] = Add(Transforms.Posterize, 3),
        ["solarize_128"] = Add(Transforms.Solarize, 128),
        ["invert"] = Add(Transforms.Invert, 1),
        ["autocontrast"] = Add(Transforms.Autocontrast, 1),
        ["equalize"] = Add(Transforms.Equalize, 1),
    };

    public static TheoryData<string> GoldenNames => [.. Golden.Names];

    [Theory]
    [MemberData(nameof(GoldenNames))]
    public void Transforms_agree_with_torchvision(string name)
    {
        using var scope = NewDisposeScope();

        var images = Run(Cases[name], Golden.Input);

        var difference = (images - Golden.Output(name)).abs().mean().item<float>();
        Assert.True(difference <= 0.75, $"{name} differs by {difference:0.000} grey levels on average");
        TestContext.Current.SendDiagnosticMessage($"{name}: {difference:0.0000}");
    }

    private static Action<TransformPlan> Add(ImageTransform transform, double amount) => plan => plan.Add(Stage.Hsv, 0, transform, amount);

    private static Tensor Run(Action<TransformPlan> fill, Tensor images)
    {
        var plan = new TransformPlan(images.shape);
        fill(plan);
        var changed = images.clone();
        plan.Run(changed);
        return changed;
    }
}
