using Masterful.Core.Techniques;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Techniques;

public sealed class TransformPlanTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Moves_compose_in_the_order_they_are_made()
    {
        var images = rand([1, 3, 9, 9]).mul_(255);

        var composed = Run(images, plan =>
        {
            plan.Add(Stage.Hsv, 0, Transforms.TranslateX, 2 / 9.0);
            plan.Move(0, Affine.Turn(1));
        });

        var moved = Run(images, plan => plan.Add(Stage.Hsv, 0, Transforms.TranslateX, 2 / 9.0));
        Assert.True((composed - Run(moved, plan => plan.Move(0, Affine.Turn(1)))).abs().max().item<float>() < 0.05);
    }

    [Fact]
    public void Many_moves_blur_no_more_than_one()
    {
        var images = rand([1, 1, 16, 16]).mul_(255);

        var back = Run(images, plan =>
        {
            for (var i = 0; i < 6; i++)
            {
                plan.Move(0, Affine.Rotation(60));
            }
        });

        Assert.True((back - images).abs().max().item<float>() < 0.05);
    }

    [Fact]
    public void The_symmetries_of_the_square_move_every_pixel_as_resampling_would()
    {
        var images = rand([1, 3, 8, 8]).mul_(255);
        foreach (var mirrored in new[] { false, true })
        {
            for (var quarters = 0; quarters < 4; quarters++)
            {
                var map = (mirrored ? Affine.Mirror : Affine.Identity).Then(Affine.Turn(quarters));

                var permuted = map.Permute(images);

                Assert.True(map.IsSymmetry(8, 8));
                Assert.True((permuted - Affine.Resample(images, [map])).abs().max().item<float>() < 0.01);
                Assert.Equal(images.sum().item<float>(), permuted.sum().item<float>(), 0.5);
            }
        }

        Assert.False(Affine.Turn(1).IsSymmetry(8, 9));
        Assert.False(Affine.Rotation(10).IsSymmetry(8, 8));
    }

    [Fact]
    public void A_quarter_turn_of_an_oblong_image_keeps_its_shape_and_cuts_what_leaves_it()
    {
        var images = full([1, 1, 4, 8], 100f);

        var turned = Run(images, plan => plan.Move(0, Affine.Turn(1)));

        Assert.Equal([1L, 1, 4, 8], turned.shape);
        Assert.Equal([0f, 0, 100, 100, 100, 100, 0, 0], turned[0, 0, 1].data<float>().ToArray());
    }

    [Fact]
    public void Linear_colour_changes_are_one_matrix()
    {
        // Dark enough that nothing is clamped on the way.
        var images = rand([5, 3, 6, 6]).mul_(60).add_(40).floor_();
        (ImageTransform Transform, double Amount)[] steps =
        [
            (Transforms.Saturation, 0.4), (Transforms.Contrast, 0.7), (Transforms.Invert, 0.2), (Transforms.Brightness, 1.2), (Transforms.Saturation, 1.3),
        ];

        var composed = Run(images, plan =>
        {
            for (var s = 0; s < steps.Length; s++)
            {
                for (var i = 0; i < 5; i++)
                {
                    plan.Add((Stage)s, i, steps[s].Transform, steps[s].Amount);
                }
            }
        });

        var stepwise = steps.Aggregate(images, (current, step) => Run(current, plan =>
        {
            for (var i = 0; i < 5; i++)
            {
                plan.Add(Stage.Hsv, i, step.Transform, step.Amount);
            }
        }));
        // Contrast's mean is over whole grey levels, of this image or of that: half a level at most, at a weight of 0.3.
        Assert.True((composed - stepwise).abs().max().item<float>() < 0.3);
    }

    [Fact]
    public void Only_the_images_concerned_change()
    {
        var images = rand([6, 3, 8, 8]).mul_(255);

        var changed = Run(images, plan =>
        {
            plan.Add(Stage.Contrast, 1, Transforms.Autocontrast, 1);
            plan.Add(Stage.Contrast, 3, Transforms.Contrast, 0.5);
            plan.Add(Stage.Blur, 4, Transforms.Sharpness, 3);
            plan.Move(5, Affine.Rotation(30));
        });

        var touched = changed.ne(images).flatten(1).any(1).data<bool>().ToArray();
        Assert.Equal([false, true, false, true, true, true], touched);
    }

    private static Tensor Run(Tensor images, Action<TransformPlan> fill)
    {
        var plan = new TransformPlan(images.shape);
        fill(plan);
        var changed = images.clone();
        plan.Run(changed);
        return changed;
    }
}
