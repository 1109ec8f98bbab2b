using System.Buffers.Binary;
using System.Text;
using Masterful.Core.Models;
using Masterful.Core.Spec;
using Xunit;
using static TorchSharp.torch;

namespace Masterful.Core.Tests.Models;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["weights.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_saved_is_loaded_again_in_every_type_and_shape_and_in_order()
    {
        using var scope = NewDisposeScope();
        (string Name, Tensor Value)[] tensors =
        [
            ("bytes", tensor(new byte[] { 1, 2, 255 })),
            ("floats", rand(2, 3, 4)),
            ("flags", tensor(new[] { true, false, true })),
            ("halves", rand(5).to(ScalarType.Float16)),
            ("brains", rand(5).to(ScalarType.BFloat16)),
            ("longs", tensor(new[] { long.MinValue, long.MaxValue })),
            ("ints", tensor(new[] { int.MinValue, 7 })),
            ("scalar", tensor(3.5f)),
            ("nothing", empty(0, 4)),
            ("transposed", arange(6, ScalarType.Float32).reshape(2, 3).t()),
        ];

        Safetensors.Save(File, tensors, new Dictionary<string, string> { ["key"] = "ü \" value" });
        var loaded = Safetensors.Load(File);

        Assert.Equal(tensors.Select(t => t.Name), loaded.Keys);
        Assert.All(tensors, t =>
        {
            Assert.Equal(t.Value.dtype, loaded[t.Name].dtype);
            Assert.Equal(t.Value.shape, loaded[t.Name].shape);
            Assert.True(t.Value.equal(loaded[t.Name]).all().item<bool>());
        });
    }

    [Fact]
    public void A_file_laid_out_by_the_format_s_description_is_read()
    {
        using var scope = NewDisposeScope();
        byte[] data = [0, 0, 128, 63, 0, 0, 0, 192, 42];
        Write("""{"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]},"__metadata__":{"a":"b"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", data);

        var loaded = Safetensors.Load(File);

        Assert.Equal(["b", "a"], loaded.Keys);
        Assert.Equal([1f, -2f], loaded["a"].data<float>().ToArray());
        Assert.Equal(42, loaded["b"].item<byte>());
    }

    [Fact]
    public void Saved_data_is_aligned_to_its_element_size()
    {
        using var scope = NewDisposeScope();

        Safetensors.Save(File, [("a", zeros(3, ScalarType.Byte)), ("b", zeros(1, ScalarType.Float32)), ("c", zeros(1, ScalarType.Int64))]);

        var bytes = System.IO.File.ReadAllBytes(File);
        var header = Encoding.UTF8.GetString(bytes, 8, (int)BinaryPrimitives.ReadInt64LittleEndian(bytes));
        Assert.Equal(0, header.Length % 8);
        Assert.Contains("\"c\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}", header);
        Assert.Contains("\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}", header);
        Assert.Contains("\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[12,15]}", header);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"a":5}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[[[[[[[[[[1]]]]]]]]]]],"data_offsets":[0,4]}}""")]
    [InlineData("{}")]
    public void A_header_that_is_not_valid_is_refused_with_the_file_named(string header)
    {
        Write(header, new byte[4]);

        AssertNotReadable();
    }

    [Fact]
    public void A_header_that_claims_to_be_longer_than_the_file_is_refused()
    {
        foreach (var claim in new[] { 100UL, 200_000_000UL, ulong.MaxValue, 1UL << 63 })
        {
            var bytes = new byte[20];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, claim);
            System.IO.File.WriteAllBytes(File, bytes);

            AssertNotReadable();
        }
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        using var scope = NewDisposeScope();
        Safetensors.Save(File, [("a", rand(4)), ("b", rand(4))]);
        var whole = System.IO.File.ReadAllBytes(File);
        for (var length = 0; length < whole.Length; length += 5)
        {
            System.IO.File.WriteAllBytes(File, whole[..length]);

            AssertNotReadable();
        }
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_refused_with_their_path()
    {
        AssertNotReadable();
        Directory.CreateDirectory(File);
        AssertNotReadable();
    }

    [Fact]
    public void A_save_that_fails_leaves_the_old_file_as_it_was()
    {
        using var scope = NewDisposeScope();
        Safetensors.Save(File, [("a", ones(1))]);

        Assert.Throws<ArgumentException>(() => Safetensors.Save(File, [("a", zeros(1, ScalarType.ComplexFloat32))]));
        Assert.Throws<ArgumentException>(() => Safetensors.Save(File, [("a", zeros(1)), ("a", zeros(1))]));

        Assert.Equal(1, Safetensors.Load(File)["a"].item<float>());
        Assert.Single(Directory.EnumerateFiles(_folder.Path));
    }

    private void Write(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, json.Length);
        System.IO.File.WriteAllBytes(File, [.. prefix, .. json, .. data]);
    }

    private void AssertNotReadable()
    {
        var e = Assert.Throws<DiagnosticException>(() => Safetensors.Load(File));
        Assert.Equal(ModelDiagnostics.WeightsNotReadable, Assert.Single(e.Diagnostics).Code);
        Assert.Contains(File, e.Message);
    }
}
