using System.Text.RegularExpressions;
using Consilium.Tests.Api;
using Consilium.Tests.Modules.Care;
using Consilium.Tests.Modules.Cases;
using Microsoft.AspNetCore.Http.Metadata;

namespace Consilium.Tests.Modules.Records;

/// <summary>No route shows a patient's data without writing it down. A new route is judged by itself: by the patients whom its answer shows.</summary>
public sealed partial class EveryReadTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public async Task Every_read_of_patients_data_writes_one_entry_for_each_patient_shown()
    {
        var routes = Route.Of(server).Where(route => route.Method == "GET" && (route.Endpoint.Metadata.GetMetadata<ITagsMetadata>()?.Tags.Any(PlanTests.Tags.Contains) ?? false)).ToList();
        var (faults, showing) = (new List<string>(), new List<string>());
        foreach (var route in routes)
        {
            var example = await Examples.All[route.Key](server);
            if (example.Answers != 200) continue;
            var before = await server.Database.ScalarAsync<long>("SELECT coalesce(max(id), 0) FROM audit.entries");
            using var answer = await example.Caller.SendAsync(Attack.Good(route, example), HttpCompletionOption.ResponseHeadersRead);
            answer.IsSuccessStatusCode.ShouldBeTrue(route.Key);
            var endless = answer.Content.Headers.ContentType?.MediaType == "text/event-stream";
            var shown = await PatientsOfAsync(example.Path + (endless ? "" : await answer.Content.ReadAsStringAsync()));
            var entries = await server.Database.ColumnAsync<Guid>("SELECT subject_id FROM audit.entries WHERE id > $1 AND subject_id IS NOT NULL AND outcome = 'ok'", before);
            if (shown.Count > 0) showing.Add(route.Key);
            foreach (var patient in shown)
                if (entries.Count(entry => entry == patient) is not 1 and var count) faults.Add($"{route.Key} shows a patient and writes {count} entries");
            if (entries.Except(shown).Any()) faults.Add($"{route.Key} writes entries about patients whom it does not show");
        }
        faults.ShouldBeEmpty();
        showing.Count.ShouldBeGreaterThan(12, string.Join('\n', showing));
    }

    /// <summary>Whose ids, or whose reports', documents' and appointments' ids, the text holds.</summary>
    async Task<List<Guid>> PatientsOfAsync(string text) => await server.Database.ColumnAsync<Guid>("""
        SELECT id FROM care.patients WHERE id = ANY ($1) UNION SELECT patient_id FROM records.reports WHERE id = ANY ($1) UNION SELECT patient_id FROM records.documents WHERE id = ANY ($1)
        UNION SELECT patient_id FROM clinic.appointments WHERE id = ANY ($1) UNION SELECT patient_id FROM records.case_histories WHERE id = ANY ($1)
        """, Ids().Matches(text).Select(match => Guid.Parse(match.Value)).Distinct().ToArray());

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Ids();
}
