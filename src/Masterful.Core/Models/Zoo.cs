using Masterful.Core.Spec;

namespace Masterful.Core.Models;

/// <summary>The architectures that have a name: <see cref="Architectures"/> says what a spec may ask for, this makes it.</summary>
internal static class Zoo
{
    /// <summary>Makes the network of an architecture.</summary>
    /// <exception cref="DiagnosticException">The name or an option is not valid.</exception>
    public static Network Create(ModelSpec model, int classCount)
    {
        var name = model.Architecture ?? "";
        var channels = model.InputShape.Channels;
        var options = new ArchitectureOptions(name, model.Options);
        return name switch
        {
            "small-cnn" => new SmallCnn(channels, classCount),
            "efficientnet-b0" => new EfficientNet(1.0, 1.0, 0.2, channels, classCount, options.Strides),
            "efficientnet-b1" => new EfficientNet(1.0, 1.1, 0.2, channels, classCount, options.Strides),
            "efficientnet-b2" => new EfficientNet(1.1, 1.2, 0.3, channels, classCount, options.Strides),
            "efficientnet-b3" => new EfficientNet(1.2, 1.4, 0.3, channels, classCount, options.Strides),
            "resnet18" => ResNet.Of18(channels, classCount, options.SmallStem),
            "resnet34" => ResNet.Of34(channels, classCount, options.SmallStem),
            "resnet50" => ResNet.Of50(channels, classCount, options.SmallStem),
            "mobilenet-v3-small" => MobileNetV3.Small(channels, classCount),
            "mobilenet-v3-large" => MobileNetV3.Large(channels, classCount),
            "wide-resnet-28-2" => new WideResNet(28, 2, channels, classCount),
            "wide-resnet-28-10" => new WideResNet(28, 10, channels, classCount),
            _ => throw new InvalidOperationException($"'{name}' is listed, but nothing makes it."),
        };
    }
}
