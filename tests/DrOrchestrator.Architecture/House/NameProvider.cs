using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace DrOrchestrator.Architecture.House;

/// <summary>Names what metadata points at. A signature's type becomes the names of all types in it, the outermost first.</summary>
internal sealed class NameProvider(MetadataReader metadata) : ISignatureTypeProvider<ImmutableArray<string>, object?>
{
    public string Of(TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        var name = metadata.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer ? $"{Of(outer)}.{name}" : Join(type.Namespace, name);
    }

    public string OfAttribute(CustomAttribute attribute) => attribute.Constructor.Kind is HandleKind.MemberReference
        ? Types(metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent)[0].Split('.')[^1]
        : "";

    /// <summary>The members and types that a token mentions.</summary>
    public IEnumerable<Use> Mentioned(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.MemberReference:
                var member = metadata.GetMemberReference((MemberReferenceHandle)handle);
                var types = Types(member.Parent);
                return types.IsEmpty ? [] : types.Skip(1).Select(type => new Use(type)).Append(new Use(types[0], Property(metadata.GetString(member.Name))));
            case HandleKind.MethodSpecification:
                var method = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                return Mentioned(method.Method).Concat(method.DecodeSignature(this, null).SelectMany(type => type).Select(type => new Use(type)));
            default:
                return Types(handle).Select(type => new Use(type));
        }
    }

    private ImmutableArray<string> Types(EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeReference when !handle.IsNil => [Of((TypeReferenceHandle)handle)],
        HandleKind.TypeDefinition when !handle.IsNil => [Of((TypeDefinitionHandle)handle)],
        HandleKind.TypeSpecification => metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null),
        _ => [],
    };

    private string Of(TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        return type.ResolutionScope is { Kind: HandleKind.TypeReference, IsNil: false } outer
            ? $"{Of((TypeReferenceHandle)outer)}.{name}"
            : Join(type.Namespace, name);
    }

    private string Join(StringHandle space, string name) => space.IsNil ? name : $"{metadata.GetString(space)}.{name}";

    private static string Property(string member) => member.StartsWith("get_", StringComparison.Ordinal) ? member["get_".Length..] : member;

    public ImmutableArray<string> GetPrimitiveType(PrimitiveTypeCode typeCode) => [$"System.{typeCode}"];

    public ImmutableArray<string> GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => [Of(handle)];

    public ImmutableArray<string> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => [Of(handle)];

    public ImmutableArray<string> GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        Types(handle);

    public ImmutableArray<string> GetGenericInstantiation(ImmutableArray<string> genericType, ImmutableArray<ImmutableArray<string>> typeArguments) =>
        [.. genericType, .. typeArguments.SelectMany(type => type)];

    public ImmutableArray<string> GetFunctionPointerType(MethodSignature<ImmutableArray<string>> signature) =>
        [.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(type => type)];

    public ImmutableArray<string> GetSZArrayType(ImmutableArray<string> elementType) => elementType;

    public ImmutableArray<string> GetArrayType(ImmutableArray<string> elementType, ArrayShape shape) => elementType;

    public ImmutableArray<string> GetByReferenceType(ImmutableArray<string> elementType) => elementType;

    public ImmutableArray<string> GetPointerType(ImmutableArray<string> elementType) => elementType;

    public ImmutableArray<string> GetPinnedType(ImmutableArray<string> elementType) => elementType;

    public ImmutableArray<string> GetModifiedType(ImmutableArray<string> modifier, ImmutableArray<string> unmodifiedType, bool isRequired) => unmodifiedType;

    public ImmutableArray<string> GetGenericMethodParameter(object? genericContext, int index) => [$"!!{index}"];

    public ImmutableArray<string> GetGenericTypeParameter(object? genericContext, int index) => [$"!{index}"];
}
