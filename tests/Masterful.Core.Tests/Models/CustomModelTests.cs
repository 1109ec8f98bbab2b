using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;
using Masterful.Abstractions;
using Masterful.Core.Models;
using Masterful.Core.Runtime;
using Masterful.Core.Spec;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Models;

public sealed class CustomModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_factory_s_network_is_a_classifier_like_any_other()
    {
        using var scope = NewDisposeScope();
        Classifier model;
        using (NewDisposeScope())
        {
            model = ModelBuilder.Create(Spec("TinyFactory") with { Options = new Dictionary<string, object> { ["width"] = 5L } }, 4);
        }

        using (model)
        {
            model.call(zeros(3, 3, 8, 8, ScalarType.Byte)).sum().backward();

            Assert.Equal(["offset", "layers.1.weight", "layers.1.bias", "layers.3.weight", "layers.3.bias"], model.State.Select(s => s.Name));
            Assert.Equal((192 * 5) + 5 + (5 * 4) + 4, model.TrainableParameters);
            Assert.All(model.parameters(), p => Assert.NotNull(p.grad));
        }
    }

    [Fact]
    public void The_plug_in_has_a_context_of_its_own_and_shares_TorchSharp_and_the_abstractions()
    {
        var factory = PluginAssembly.Create<IModelFactory>(SourceTree.SampleModels, "Masterful.SampleModels.TinyFactory");
        var again = PluginAssembly.Create<IModelFactory>(SourceTree.SampleModels, "Masterful.SampleModels.TinyFactory");

        var context = AssemblyLoadContext.GetLoadContext(factory.GetType().Assembly);
        Assert.NotSame(AssemblyLoadContext.Default, context);
        Assert.Same(factory.GetType(), again.GetType());
        Assert.DoesNotContain(context!.Assemblies, a => a.GetName().Name is "TorchSharp" or "Masterful.Abstractions");
    }

    [Fact]
    public void An_image_source_is_made_like_a_factory()
    {
        var source = PluginAssembly.Create<IImageSource>(SourceTree.SampleModels, "Masterful.SampleModels.StripesSource");

        Assert.Equal(["horizontal", "vertical"], source.Classes);
        Assert.Equal(40, source.Read("/", "train").Count());
    }

    [Fact]
    public void A_model_that_is_right_passes_the_probe()
    {
        var facts = ModelProbe.Check(Spec("TinyFactory"), 4);

        Assert.Equal("Masterful.SampleModels.TinyFactory", facts.DisplayName);
        Assert.Equal((192 * 16) + 16 + (16 * 4) + 4, facts.TrainableParameters);
        Assert.Equal(ModelBuilder.Fingerprint(Spec("TinyFactory")), facts.Fingerprint);
    }

    [Theory]
    [InlineData("ThrowingFactory", "MST0203", "InvalidOperationException: the weights of the author are elsewhere (at Masterful.SampleModels.ThrowingFactory.Create")]
    [InlineData("NullFactory", "MST0203", "NullFactory.Create returned null")]
    [InlineData("ThrowingForwardFactory", "MST0204", "fails on a batch of shape [2, 3, 8, 8]: InvalidOperationException: no way forward (at Masterful.SampleModels.ThrowingForwardFactory")]
    [InlineData("WrongShapeFactory", "MST0205", "returns [2, 5] for 2 images; right would be [2, 4]")]
    [InlineData("NotANumberFactory", "MST0206", "returns NaN or infinity")]
    [InlineData("UntrainableFactory", "MST0211", "RegisterComponents()")]
    [InlineData("PrivateFactory", "MST0304", "no public constructor without parameters")]
    [InlineData("ThrowingConstructorFactory", "MST0304", "NotSupportedException: not on a Monday (at Masterful.SampleModels.ThrowingConstructorFactory..ctor")]
    public void A_model_that_is_wrong_is_refused_with_what_its_author_needs(string factory, string code, string message)
    {
        var e = Assert.Throws<DiagnosticException>(() => ModelProbe.Check(Spec(factory), 4));

        Assert.Equal(code, Assert.Single(e.Diagnostics).Code.Id);
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public void An_option_of_the_wrong_type_is_told_by_its_name()
    {
        var spec = Spec("TinyFactory") with { Options = new Dictionary<string, object> { ["width"] = "wide" } };

        Assert.Contains("The option 'width' must be a whole number, but is 'wide'.", Assert.Throws<DiagnosticException>(() => ModelProbe.Check(spec, 4)).Message);
    }

    [Theory]
    [InlineData("Masterful.SampleModels.TinyFactori", "did you mean 'Masterful.SampleModels.TinyFactory'?")]
    [InlineData("TinyFactory", "did you mean 'Masterful.SampleModels.TinyFactory'?")]
    [InlineData("Nonsense", "It has these IModelFactory: Masterful.SampleModels.FailingLaterFactory, ")]
    [InlineData("Masterful.SampleModels.TinyNetwork", "does not implement Masterful.Abstractions.IModelFactory. It has these")]
    public void A_type_that_is_not_a_factory_is_refused_with_those_that_are(string type, string message)
    {
        var e = Assert.Throws<DiagnosticException>(() => ModelProbe.Check(new ModelSpec { Assembly = SourceTree.SampleModels, Type = type }, 4));

        Assert.Equal(RuntimeDiagnostics.AssemblyNotLoadable, e.Diagnostics[0].Code);
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public void An_assembly_that_is_missing_or_none_is_refused()
    {
        File.WriteAllText(_folder["Text.dll"], "not an assembly");

        Assert.Contains("does not exist: build the model project first", Refusal(_folder["Missing.dll"]));
        Assert.Contains("does not load as a .NET assembly", Refusal(_folder["Text.dll"]));
    }

    [Fact]
    public void An_assembly_built_against_another_TorchSharp_is_refused_with_the_version_to_use()
    {
        File.WriteAllBytes(_folder["Old.dll"], AssemblyReferring("TorchSharp", new Version(0, 99, 1, 0)));

        var message = Refusal(_folder["Old.dll"]);

        Assert.Contains("was built against TorchSharp 0.99.1", message);
        Assert.Contains($"""<PackageReference Include="TorchSharp" Version="{MachineFolders.TorchSharpVersion}" />""", message);
    }

    private static ModelSpec Spec(string factory) =>
        new() { Assembly = SourceTree.SampleModels, Type = $"Masterful.SampleModels.{factory}", InputShape = new ImageShape(8, 8, 3) };

    private static string Refusal(string path) =>
        Assert.Throws<DiagnosticException>(() => PluginAssembly.Create<IModelFactory>(path, "A.Factory")).Message;

    private static byte[] AssemblyReferring(string name, Version version)
    {
        var metadata = new MetadataBuilder();
        var empty = default(StringHandle);
        metadata.AddModule(0, metadata.GetOrAddString("Old.dll"), metadata.GetOrAddGuid(Guid.NewGuid()), default, default);
        metadata.AddAssembly(metadata.GetOrAddString("Old"), new Version(1, 0, 0, 0), empty, default, 0, AssemblyHashAlgorithm.None);
        metadata.AddAssemblyReference(metadata.GetOrAddString(name), version, empty, default, 0, default);
        metadata.AddTypeDefinition(0, empty, metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1), MetadataTokens.MethodDefinitionHandle(1));
        var image = new BlobBuilder();
        new ManagedPEBuilder(new PEHeaderBuilder(imageCharacteristics: Characteristics.Dll), new MetadataRootBuilder(metadata), new BlobBuilder()).Serialize(image);
        return image.ToArray();
    }
}
