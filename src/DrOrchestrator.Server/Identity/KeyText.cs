using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace DrOrchestrator.Server.Identity;

/// <summary>
/// The text of a key: <c>dro_</c>, its id, <c>_</c> and its secret, which is 256 random bits in hexadecimal.
/// Because the secret is random and that long, one SHA-256 is enough to store it: there is nothing to guess
/// that a slow hash would make slower, and every call pays for the hash. The prefix lets secret scanners
/// find a key that got into a repository.
/// </summary>
public sealed record KeyText(string Id, string Secret)
{
    private const string Prefix = "dro_";
    private const int IdLength = 12;
    private const int SecretLength = 64;

    public static KeyText New() => new(
        RandomNumberGenerator.GetHexString(IdLength, lowercase: true), RandomNumberGenerator.GetHexString(SecretLength, lowercase: true));

    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Secret)));

    /// <summary>Whether this is the stored key; takes the same time whatever is different.</summary>
    public bool Proves(ApiKey stored) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Hash), Encoding.UTF8.GetBytes(stored.SecretHash));

    public static bool TryParse(string? text, [NotNullWhen(true)] out KeyText? key)
    {
        key = text is not null && text.StartsWith(Prefix, StringComparison.Ordinal) && text.Length == Prefix.Length + IdLength + 1 + SecretLength
            && text[Prefix.Length + IdLength] == '_'
            ? new KeyText(text.Substring(Prefix.Length, IdLength), text[^SecretLength..])
            : null;
        if (key is not null && (!IsHex(key.Id) || !IsHex(key.Secret)))
        {
            key = null;
        }

        return key is not null;
    }

    /// <summary>The whole key, secret included. Nothing but the answer that creates it and the first key's file may hold it.</summary>
    public string Reveal() => $"{Prefix}{Id}_{Secret}";

    /// <summary>Without the secret, so that no log line can hold it by accident.</summary>
    public override string ToString() => $"{Prefix}{Id}_…";

    private static bool IsHex(string text) => text.All(char.IsAsciiHexDigitLower);
}
