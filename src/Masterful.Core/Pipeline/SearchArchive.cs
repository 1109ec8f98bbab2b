using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Masterful.Core.Search;
using Masterful.Results;
using Microsoft.Extensions.Logging;

namespace Masterful.Core.Pipeline;

/// <summary>
/// What a search found, kept in the cache under the lock that it wrote: a run that goes on after a stop, or runs again, trains the
/// locked policy and can still show how it was found.
/// </summary>
/// <param name="cache">Full path of the cache folder.</param>
/// <param name="logger">Warned when nothing can be kept.</param>
internal sealed class SearchArchive(string cache, ILogger logger)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Keeps a search. A cache that can't be written costs the next run its search section, nothing else.</summary>
    internal void Save(PolicyLock found, SearchRecord record)
    {
        try
        {
            AtomicFile.Write(new RootFolder(cache).Place(PathOf(found)), JsonSerializer.SerializeToUtf8Bytes(record, Options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogDebug("The search is not kept: {Reason}", Cause.Of(e));
        }
    }

    /// <summary>The search that wrote a lock, or null when it was made elsewhere or its file is gone or damaged.</summary>
    internal SearchRecord? Find(PolicyLock found)
    {
        try
        {
            return File.Exists(PathOf(found)) ? JsonSerializer.Deserialize<SearchRecord>(File.ReadAllBytes(PathOf(found)), Options) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            logger.LogDebug("The kept search can't be read: {Reason}", Cause.Of(e));
            return null;
        }
    }

    /// <summary>The file of a lock's search, whether it is there or not.</summary>
    internal string PathOf(PolicyLock found) => Path.Combine(
        cache, "searches", $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(PolicyLockFile.ToText(found))))[..32]}.json");
}

/// <summary>A search with the settling of the recipe before it.</summary>
/// <param name="Search">What it found.</param>
/// <param name="Settled">What settling the recipe came to.</param>
internal sealed record SearchRecord(SearchOutcome Search, SettledRecipe Settled);
