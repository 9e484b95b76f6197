using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DrOrchestrator.Server.Tests.Fuzz;

/// <summary>Makes other messages out of those of the corpus, the same ones for the same seed: bytes, JSON and headers are changed.</summary>
internal sealed class Mutations(Random random)
{
    /// <summary>Values that have hurt somebody somewhere, as JSON.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e999", "99999999999999999999", "1.5", "\"\"", "{}", "[]", "\"\\u0000\"", "\"\\ud800\"", "\"a1\"", "\"x9\"", "\"b1:9100\"",
        "\"firing\"", "\"resolved\"", "\"2026-03-01T02:14:30Z\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"0001-01-01T00:00:00Z\"", "\"yesterday\"", "\"4\"", "\"1.0\"",
        "\"drorchestrator.host.condition.raised\"", "\"drorchestrator.host.condition.resolved\"", "\"../../etc/passwd\"", "\"host'; drop table\"", "\"\\u202e\\u0007\"",
        "[[[[[[1]]]]]]", "{\"a\":{\"b\":null}}", "\"🔥\"",
    ];

    private static readonly string[] Tokens = ["{", "}", "[", "]", "\"", ",", ":", "null", "\\u0000", "\\ud83d", "\0", "\u00ff", "1e308", "alerts", "data", "data_base64", "\r\n"];

    public FuzzMessage Next()
    {
        var message = Pick(FuzzMessage.Corpus);
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            message = random.Next(10) switch
            {
                < 5 => message with { Body = MutateJson(message.Body) },
                < 8 => message with { Body = MutateBytes(message.Body) },
                8 => MutateHeaders(message),
                _ => message with { ContentType = Pick<string?>(["application/json", "application/cloudevents+json", "application/cloudevents-batch+json", "application/cloudevents+avro", "text/plain", "", null, "a/b; charset=utf-16"]) },
            };
        }

        return message;
    }

    private byte[] MutateJson(byte[] body)
    {
        try
        {
            return MutateTree(JsonNode.Parse(body));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // No JSON any more, or JSON that the tree can't hold: a name twice, half a surrogate pair.
            return MutateBytes(body);
        }
    }

    private byte[] MutateTree(JsonNode? root)
    {
        var nodes = new List<JsonNode>();
        Collect(root, nodes);
        var parents = nodes.Where(node => node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 }).ToArray();
        if (parents.Length == 0)
        {
            return Encoding.UTF8.GetBytes(Pick(Values));
        }

        // A number that no double holds is JSON all the same: the value goes in as text, after the tree was written.
        var marker = $"\"mutated-{random.Next()}\"";
        var parent = Pick(parents);
        Change(parent, JsonNode.Parse(marker)!);
        return Encoding.UTF8.GetBytes(root!.ToJsonString().Replace(marker, Value(), StringComparison.Ordinal));
    }

    private void Change(JsonNode parent, JsonNode marker)
    {
        var remove = random.Next(6) == 0;
        var add = !remove && random.Next(6) == 0;
        switch (parent)
        {
            case JsonObject map:
                var key = Pick(map.Select(member => member.Key).ToArray());
                if (remove)
                {
                    map.Remove(key);
                }
                else
                {
                    map[add ? key + "x" : key] = marker;
                }

                break;
            case JsonArray list:
                var index = random.Next(list.Count);
                if (remove)
                {
                    list.RemoveAt(index);
                }
                else if (add)
                {
                    list.Add(random.Next(2) == 0 ? list[index]?.DeepClone() : marker);
                }
                else
                {
                    list[index] = marker;
                }

                break;
        }
    }

    private string Value() => random.Next(20) switch
    {
        0 => $"\"{new string('x', random.Next(1, 50_000))}\"",
        1 => string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100)),
        2 => $"\"f{random.Next(50)}\"",
        _ => Pick(Values),
    };

    private byte[] MutateBytes(byte[] body)
    {
        var bytes = body.ToList();
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, 40), bytes.Count - at);
        switch (random.Next(6))
        {
            case 0 when bytes.Count > 0:
                bytes[random.Next(bytes.Count)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes.RemoveRange(at, length);
                break;
            case 2:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4:
                var other = Pick(FuzzMessage.Corpus).Body;
                bytes.InsertRange(at, other.Skip(random.Next(other.Length)).Take(random.Next(1, 60)));
                break;
            default:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pick(Tokens)));
                break;
        }

        return [.. bytes];
    }

    private FuzzMessage MutateHeaders(FuzzMessage message)
    {
        var headers = message.Headers.ToList();
        if (headers.Count == 0 || random.Next(5) == 0)
        {
            headers.Add(KeyValuePair.Create(message.Way == "amqp" ? "cloudEvents:type" : "ce-type", "drorchestrator.host.condition.raised"));
            return message with { Headers = headers };
        }

        var index = random.Next(headers.Count);
        if (random.Next(3) == 0)
        {
            headers.RemoveAt(index);
        }
        else
        {
            headers[index] = KeyValuePair.Create(headers[index].Key, Pick(["", "1.0", "0.3", "%", "%00", "%ff%fe", "yesterday", "2026-03-01T02:14:30Z", "a b", "drorchestrator.host.condition.resolved", new string('y', 3000)]));
        }

        return message with { Headers = headers };
    }

    private static void Collect(JsonNode? node, List<JsonNode> found)
    {
        if (node is null)
        {
            return;
        }

        found.Add(node);
        foreach (var child in node switch { JsonObject map => map.Select(member => member.Value), JsonArray list => list, _ => [] })
        {
            Collect(child, found);
        }
    }

    private T Pick<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
}
