using Npgsql;

namespace Masterful.Fleet;

/// <summary>
/// Files that machines hand to each other through the database, in parts: weights, which are named by their trial and never change, and
/// checkpoints, of which the latest counts. A file is there whole or not at all.
/// </summary>
/// <param name="database">Where they are.</param>
internal sealed class FleetFiles(FleetDatabase database)
{
    private const int PartLength = 1 << 20;

    /// <summary>No model that this engine trains has as many weights; what says so is not believed.</summary>
    private const long LargestFile = 16L << 30;

    /// <summary>The name of a trial's weights.</summary>
    public static string Weights(string key) => $"weights/{key}";

    /// <summary>The name of a trial's checkpoint.</summary>
    public static string Checkpoint(string key) => $"checkpoints/{key}";

    /// <summary>Puts a file in the place of an earlier one of its name.</summary>
    /// <param name="name">Its name here.</param>
    /// <param name="path">The file; it may not change meanwhile, other than by a new file being put in its place.</param>
    /// <param name="writer">Who.</param>
    /// <param name="cancellation">Gives up; what was there before stays.</param>
    public Task PutAsync(string name, string path, Guid writer, CancellationToken cancellation) => database.WithConnectionAsync(
        async connection =>
        {
            var source = File.OpenRead(path);
            await using (source.ConfigureAwait(false))
            {
                var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    await ExecuteAsync(connection, "DELETE FROM files WHERE name = @name", cancellation, ("name", name)).ConfigureAwait(false);
                    await ExecuteAsync(
                        connection,
                        "INSERT INTO files (name, writer, length) VALUES (@name, @writer, @length)",
                        cancellation,
                        ("name", name), ("writer", writer), ("length", source.Length)).ConfigureAwait(false);
                    var part = new byte[PartLength];
                    for (var number = 0; await source.ReadAtLeastAsync(part, PartLength, throwOnEndOfStream: false, cancellation).ConfigureAwait(false) is > 0 and var length; number++)
                    {
                        await ExecuteAsync(
                            connection,
                            "INSERT INTO file_parts VALUES (@name, @part, @bytes)",
                            cancellation,
                            ("name", name), ("part", number), ("bytes", part[..length])).ConfigureAwait(false);
                    }

                    await transaction.CommitAsync(cancellation).ConfigureAwait(false);
                    return true;
                }
            }
        },
        cancellation);

    /// <summary>Fetches a file; false, with nothing written, where it is not there or not whole, or <paramref name="notBy"/> wrote it.</summary>
    public async Task<bool> GetAsync(string name, string path, Guid? notBy, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}";
        try
        {
            var found = await database.WithConnectionAsync(
                async connection =>
                {
                    // One snapshot, so that parts of two versions never meet.
                    var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation).ConfigureAwait(false);
                    await using (transaction.ConfigureAwait(false))
                    {
                        return await ReadAsync(connection, name, temporary, notBy, cancellation).ConfigureAwait(false);
                    }
                },
                cancellation).ConfigureAwait(false);
            if (found)
            {
                File.Move(temporary, path, overwrite: true);
            }

            return found;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Forgets a file.</summary>
    public Task DeleteAsync(string name, CancellationToken cancellation) =>
        database.ExecuteAsync("DELETE FROM files WHERE name = @name", cancellation, ("name", name));

    private static async Task<bool> ReadAsync(NpgsqlConnection connection, string name, string path, Guid? notBy, CancellationToken cancellation)
    {
        long length;
        var about = FleetDatabase.Command(connection, "SELECT length FROM files WHERE name = @name AND writer <> @writer", ("name", name), ("writer", notBy ?? Guid.Empty));
        await using (about.ConfigureAwait(false))
        {
            if (await about.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is not long told || told is < 0 or > LargestFile)
            {
                return false;
            }

            length = told;
        }

        var target = new FileStream(path, FileMode.CreateNew);
        await using (target.ConfigureAwait(false))
        {
            var parts = FleetDatabase.Command(connection, "SELECT bytes FROM file_parts WHERE name = @name ORDER BY part", ("name", name));
            await using (parts.ConfigureAwait(false))
            {
                var reader = await parts.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                    {
                        var part = reader.GetFieldValue<byte[]>(0);
                        if (target.Position + part.Length > length)
                        {
                            return false;
                        }

                        await target.WriteAsync(part, cancellation).ConfigureAwait(false);
                    }
                }
            }

            target.Flush(flushToDisk: true);
            return target.Position == length;
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellation, params (string Name, object? Value)[] values)
    {
        var command = FleetDatabase.Command(connection, text, values);
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }
    }
}
