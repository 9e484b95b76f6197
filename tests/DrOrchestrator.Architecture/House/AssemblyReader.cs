using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace DrOrchestrator.Architecture.House;

/// <summary>Reads an assembly's metadata and method bodies without loading it.</summary>
internal static class AssemblyReader
{
    /// <param name="path">The file.</param>
    /// <param name="name">What to call it: its project's name.</param>
    public static AssemblyModel Read(string path, string name)
    {
        using var file = File.OpenRead(path);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var names = new NameProvider(metadata);
        var types = new List<TypeModel>();
        foreach (var handle in metadata.TypeDefinitions)
        {
            var full = names.Of(handle);
            if (full != "<Module>")
            {
                types.Add(ReadType(image, metadata, names, handle, full));
            }
        }

        string[] references = [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
        return new AssemblyModel(name, references, types);
    }

    private static TypeModel ReadType(PEReader image, MetadataReader metadata, NameProvider names, TypeDefinitionHandle handle, string full)
    {
        var type = metadata.GetTypeDefinition(handle);
        var uses = new HashSet<Use>();
        uses.UnionWith(names.Mentioned(type.BaseType));
        foreach (var implemented in type.GetInterfaceImplementations())
        {
            uses.UnionWith(names.Mentioned(metadata.GetInterfaceImplementation(implemented).Interface));
        }

        foreach (var field in type.GetFields())
        {
            uses.UnionWith(metadata.GetFieldDefinition(field).DecodeSignature(names, null).Select(mentioned => new Use(mentioned)));
        }

        return new TypeModel(full, [.. uses], [.. type.GetMethods().Select(method => ReadMethod(image, metadata, names, metadata.GetMethodDefinition(method)))]);
    }

    private static MethodModel ReadMethod(PEReader image, MetadataReader metadata, NameProvider names, MethodDefinition method)
    {
        var signature = method.DecodeSignature(names, null);
        var uses = new HashSet<Use>(signature.ReturnType.Concat(signature.ParameterTypes.SelectMany(parameter => parameter)).Select(type => new Use(type)));
        var branches = false;
        if (method.RelativeVirtualAddress != 0)
        {
            var body = image.GetMethodBody(method.RelativeVirtualAddress);
            branches = MethodBody.Read(body.GetILReader(), token => uses.UnionWith(names.Mentioned(token)));
            if (!body.LocalSignature.IsNil)
            {
                uses.UnionWith(metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(names, null).SelectMany(local => local).Select(type => new Use(type)));
            }
        }

        string[] attributes = [.. method.GetCustomAttributes().Select(attribute => names.OfAttribute(metadata.GetCustomAttribute(attribute)))];
        return new MethodModel(
            metadata.GetString(method.Name),
            signature.ReturnType[0],
            attributes.Any(attribute => attribute is "AsyncStateMachineAttribute" or "AsyncIteratorStateMachineAttribute"),
            attributes.Contains("CompilerGeneratedAttribute"),
            branches,
            [.. uses]);
    }
}
