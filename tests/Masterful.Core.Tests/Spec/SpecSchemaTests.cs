using Masterful.Core.Spec;
using Xunit;

namespace Masterful.Core.Tests.Spec;

public sealed class SpecSchemaTests
{
    /// <summary>Set MASTERFUL_UPDATE to write the file anew.</summary>
    [Fact]
    public void The_schema_in_the_repository_is_the_one_that_the_loader_reads_by()
    {
        var file = Path.Combine(RepositoryFolder.Path, "schemas", "masterful.schema.json");
        if (Environment.GetEnvironmentVariable("MASTERFUL_UPDATE") is { Length: > 0 })
        {
            File.WriteAllText(file, SpecSchema.Json());
        }

        Assert.Equal(SpecSchema.Json(), File.ReadAllText(file));
    }
}
