using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text;

namespace Masterful.Core.Models;

/// <summary>
/// What an assembly does, as a hash: its code, names, signatures, literals, data and references. A compiler also writes the folder that it
/// worked in, a random-looking id of the module and the commit into the file: by those, a build on another machine or after another commit
/// would look like another model, and no lock or journal would hold.
/// </summary>
internal static class AssemblyFingerprint
{
    /// <summary>64 hexadecimal digits; of a file that is no .NET assembly, of its content.</summary>
    public static string Of(string path)
    {
        using var file = File.OpenRead(path);
        using var pe = new PEReader(file, PEStreamOptions.PrefetchEntireImage);
        try
        {
            if (pe.HasMetadata)
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                new Walk(pe, pe.GetMetadataReader(), hash).All();
                return Convert.ToHexStringLower(hash.GetCurrentHash());
            }
        }
        catch (BadImageFormatException)
        {
            // Loading it will tell what is wrong with it.
        }

        return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
    }

    private sealed class Walk(PEReader pe, MetadataReader reader, IncrementalHash hash)
    {
        /// <summary>Code refers to the tables by row, so that each is taken in its own order (ECMA-335, II.22).</summary>
        public void All()
        {
            foreach (var reference in reader.AssemblyReferences.Select(reader.GetAssemblyReference))
            {
                Add(reference.Name);
                Add(reference.Version.ToString());
            }

            foreach (var type in reader.TypeReferences.Select(reader.GetTypeReference))
            {
                Add(type.ResolutionScope);
                Add(type.Namespace);
                Add(type.Name);
            }

            foreach (var member in reader.MemberReferences.Select(reader.GetMemberReference))
            {
                Add(member.Parent);
                Add(member.Name);
                Add(member.Signature);
            }

            foreach (var type in reader.TypeDefinitions.Select(reader.GetTypeDefinition))
            {
                AddType(type);
            }

            for (var row = 1; row <= reader.GetTableRowCount(TableIndex.TypeSpec); row++)
            {
                Add(reader.GetTypeSpecification(MetadataTokens.TypeSpecificationHandle(row)).Signature);
            }

            for (var row = 1; row <= reader.GetTableRowCount(TableIndex.MethodSpec); row++)
            {
                var method = reader.GetMethodSpecification(MetadataTokens.MethodSpecificationHandle(row));
                Add(method.Method);
                Add(method.Signature);
            }

            for (var row = 1; row <= reader.GetTableRowCount(TableIndex.StandAloneSig); row++)
            {
                Add(reader.GetStandaloneSignature(MetadataTokens.StandaloneSignatureHandle(row)).Signature);
            }

            for (var text = reader.GetNextHandle(default(UserStringHandle)); !text.IsNil; text = reader.GetNextHandle(text))
            {
                Add(reader.GetUserString(text));
            }

            if (pe.PEHeaders.CorHeader is { ResourcesDirectory: { Size: > 0 } resources })
            {
                hash.AppendData(pe.GetSectionData(resources.RelativeVirtualAddress).GetContent(0, resources.Size).AsSpan());
            }
        }

        private void AddType(TypeDefinition type)
        {
            Add(type.Namespace);
            Add(type.Name);
            Add((long)type.Attributes);
            Add(type.BaseType);
            foreach (var implemented in type.GetInterfaceImplementations())
            {
                Add(reader.GetInterfaceImplementation(implemented).Interface);
            }

            foreach (var field in type.GetFields().Select(reader.GetFieldDefinition))
            {
                Add(field.Name);
                Add((long)field.Attributes);
                Add(field.Signature);
                AddData(field);
            }

            foreach (var method in type.GetMethods().Select(reader.GetMethodDefinition))
            {
                Add(method.Name);
                Add((long)method.Attributes);
                Add(method.Signature);
                AddBody(method);
            }
        }

        /// <summary>The initial data of arrays: a field whose type is a structure of their size.</summary>
        private void AddData(FieldDefinition field)
        {
            if (field.GetRelativeVirtualAddress() is not (var address and > 0))
            {
                return;
            }

            var signature = reader.GetBlobReader(field.Signature);
            signature.ReadSignatureHeader();
            var size = signature.ReadSignatureTypeCode() == SignatureTypeCode.TypeHandle && signature.ReadTypeHandle() is { Kind: HandleKind.TypeDefinition } type
                ? reader.GetTypeDefinition((TypeDefinitionHandle)type).GetLayout().Size
                : 1;
            hash.AppendData(pe.GetSectionData(address).GetContent(0, size).AsSpan());
        }

        private void AddBody(MethodDefinition method)
        {
            if (method.RelativeVirtualAddress == 0)
            {
                return;
            }

            var body = pe.GetMethodBody(method.RelativeVirtualAddress);
            Add(body.LocalSignature);
            Add(body.Size);
            hash.AppendData(body.GetILContent().AsSpan());
            foreach (var region in body.ExceptionRegions)
            {
                Add((long)region.Kind);
                Add(region.TryOffset);
                Add(region.TryLength);
                Add(region.HandlerOffset);
                Add(region.HandlerLength);
                Add(region.CatchType);
            }
        }

        private void Add(StringHandle text) => Add(reader.GetString(text));

        private void Add(BlobHandle blob)
        {
            var bytes = reader.GetBlobBytes(blob);
            Add(bytes.Length);
            hash.AppendData(bytes);
        }

        private void Add(EntityHandle row) => Add(row.IsNil ? 0 : MetadataTokens.GetToken(row));

        private void Add(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Add(bytes.Length);
            hash.AppendData(bytes);
        }

        private void Add(long number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            hash.AppendData(bytes);
        }
    }
}
