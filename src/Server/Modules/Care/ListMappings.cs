using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Care;

/// <summary>What to list: all narrow. Only those fit that are members of the kind.</summary>
/// <param name="HospitalId">Only mappings of this hospital.</param>
/// <param name="DoctorId">Only mappings of this doctor.</param>
/// <param name="UserId">Only mappings of this account.</param>
/// <param name="PatientId">Only mappings of this patient.</param>
internal sealed record MappingFilter(
    [property: FromQuery(Name = "hospital_id")] Guid? HospitalId, [property: FromQuery(Name = "doctor_id")] Guid? DoctorId,
    [property: FromQuery(Name = "user_id")] Guid? UserId, [property: FromQuery(Name = "patient_id")] Guid? PatientId,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor)
{
    public IEnumerable<(string Column, Guid Id)> Given()
    {
        if (HospitalId is { } hospital) yield return ("hospital_id", hospital);
        if (DoctorId is { } doctor) yield return ("doctor_id", doctor);
        if (UserId is { } user) yield return ("user_id", user);
        if (PatientId is { } patient) yield return ("patient_id", patient);
    }
}

/// <summary>Shows mappings, one or a page of them, newest first: administrators all, a hospital its own.</summary>
internal sealed class ListMappings(RequestTransaction transaction, MappingLog log)
{
    public static void Map(RouteGroupBuilder api)
    {
        foreach (var kind in MappingKind.All)
        {
            var mappings = api.MapGroup(kind.Path).WithTags("Mappings").RequireRoles(MappingKind.Roles)
                .WithTagMeaning("Mappings: which hospitals, doctors, patients and accounts belong together, and so who may see what.")
                .WithParameter("id", "The mapping, by its id.");
            mappings.MapGet("", ([AsParameters] MappingFilter filter, Caller caller, ListMappings useCase, CancellationToken cancellationToken) =>
                    useCase.HandleAsync(kind, filter, caller, cancellationToken))
                .WithSummary($"List {kind.Words} mappings")
                .WithDescription($"Newest first. Narrowed by `{kind.First.Column}` and `{kind.Second.Column}`.");
            mappings.MapGet("/{id:guid}", (Guid id, Caller caller, ListMappings useCase, CancellationToken cancellationToken) =>
                    useCase.GetAsync(kind, id, caller, cancellationToken))
                .WithSummary($"Get a {kind.Words} mapping");
        }
    }

    async Task<Results<Ok<Page<MappingResponse>>, ProblemHttpResult>> HandleAsync(
        MappingKind kind, MappingFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        Guid? before = null;
        if (filter.Cursor is not null && !Cursor.TryRead(filter.Cursor, out before)) return Problems.Invalid("cursor", "is not one of this list's cursors.");
        await using var batch = await transaction.BatchAsync(cancellationToken);
        var limit = Limit.Or(filter.Limit);
        var where = kind.Allows;
        var parameters = batch.Add("").By(caller).With(limit + 1);
        foreach (var (column, id) in filter.Given())
        {
            if (column != kind.First.Column && column != kind.Second.Column) return Problems.Invalid(column, "is no part of these mappings.");
            parameters.With(id);
            where += $" AND m.{column} = ${parameters.Count}";
        }
        if (before is { } place)
        {
            parameters.With(place);
            where += $" AND m.id < ${parameters.Count}";
        }
        batch.BatchCommands[0].CommandText = $"SELECT {kind.Columns} FROM {kind.Table} m WHERE {where} ORDER BY m.id DESC LIMIT $3";
        var found = new List<MappingResponse>();
        await using (var row = await batch.ExecuteReaderAsync(cancellationToken))
            while (await row.ReadAsync(cancellationToken)) found.Add(kind.Read(row));
        var page = Page.Of(found, limit, last => (Guid?)last.Id);
        await log.ListedAsync(page.Items, caller, cancellationToken);
        return TypedResults.Ok(page);
    }

    async Task<Results<Ok<MappingResponse>, ProblemHttpResult>> GetAsync(MappingKind kind, Guid id, Caller caller, CancellationToken cancellationToken)
    {
        MappingResponse? found = null;
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add($"SELECT {kind.Columns} FROM {kind.Table} m WHERE m.id = $3 AND {kind.Allows}").By(caller).With(id);
            await using var row = await batch.ExecuteReaderAsync(cancellationToken);
            if (await row.ReadAsync(cancellationToken)) found = kind.Read(row);
        }
        if (found is null)
        {
            await log.RefusedAsync(kind, id, patientId: null, "mapping.read", caller, cancellationToken);
            return Problems.NotFound();
        }
        await log.ReadAsync(kind, found, caller, cancellationToken);
        return TypedResults.Ok(found);
    }
}
