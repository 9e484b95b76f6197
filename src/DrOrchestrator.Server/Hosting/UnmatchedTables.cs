using JasperFx;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace DrOrchestrator.Server.Hosting;

/// <summary>Where reports that were not used are kept: a row for each, and the message that it first came in.</summary>
internal static class UnmatchedTables
{
    public const string Reports = "unmatched_report";
    public const string Bodies = "unmatched_body";

    public static Table ReportTable(string schema)
    {
        var table = new Table(new PostgresqlObjectName(schema, Reports, SchemaUtils.IdentifierUsage.General));
        table.AddColumn<string>("id").AsPrimaryKey();
        foreach (var text in new[] { "way", "sender", "kind", "fingerprint", "name", "reason", "part", "body_id" })
        {
            table.AddColumn(text, "text");
        }

        table.AddColumn("times", "bigint");
        table.AddColumn("first_seen", "timestamp with time zone");
        table.AddColumn("last_seen", "timestamp with time zone");
        table.Indexes.Add(new IndexDefinition("unmatched_report_last_seen") { Columns = ["last_seen", "id"] });
        table.Indexes.Add(new IndexDefinition("unmatched_report_body_id") { Columns = ["body_id"] });
        return table;
    }

    public static Table BodyTable(string schema)
    {
        var table = new Table(new PostgresqlObjectName(schema, Bodies, SchemaUtils.IdentifierUsage.General));
        table.AddColumn<string>("id").AsPrimaryKey();
        table.AddColumn("body", "bytea");
        table.AddColumn("length", "bigint");
        return table;
    }
}
