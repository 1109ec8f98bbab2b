namespace Masterful.Fuzz;

/// <summary>A reader of what others wrote.</summary>
/// <param name="Name">What is read, in a word.</param>
/// <param name="Seeds">Sound inputs, and odd ones that were faults once.</param>
/// <param name="Read">Reads an input. It may end well, or as it ends for what is not sound; anything else is a finding.</param>
/// <param name="Words">Pieces that mean something to the reader.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Read, IReadOnlyList<byte[]> Words);
