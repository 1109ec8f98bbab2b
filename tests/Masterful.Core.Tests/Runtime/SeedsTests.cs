using Masterful.Core.Runtime;
using Xunit;

namespace Masterful.Core.Tests.Runtime;

public class SeedsTests
{
    [Fact]
    public void A_stream_is_the_same_everywhere_and_never_negative()
    {
        // SHA-256 of "7/order", first eight bytes little-endian, shifted right by one.
        Assert.Equal(BitConverter.ToInt64(System.Security.Cryptography.SHA256.HashData("7/order"u8)) >>> 1, Seeds.Derive(7, "order"));
        Assert.All(Enumerable.Range(0, 1000), i => Assert.True(Seeds.Derive(i, "init") >= 0));
    }

    [Fact]
    public void Streams_of_other_seeds_and_purposes_differ()
    {
        var seeds = from seed in Enumerable.Range(0, 50) from purpose in new[] { "init", "order", "augment" } select Seeds.Derive(seed, purpose);

        Assert.Equal(150, seeds.Distinct().Count());
    }
}
