using Xunit;

namespace Masterful.EndToEnd.Tests;

/// <summary>Tests that build projects against the packages of this checkout, which are packed once for all of them.</summary>
[CollectionDefinition(Name)]
public sealed class Builds : ICollectionFixture<PackageFeed>
{
    public const string Name = "builds";
}
