using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Care;

/// <summary>A doctor's account and profile.</summary>
internal sealed record SignUpDoctorRequest : DoctorFields
{
    /// <summary>The e-mail address with which the account logs in.</summary>
    public string? Email { get; init; }

    /// <summary>The password, at most 128 characters; the shortest that is taken depends on the installation.</summary>
    [MaxLength(NewAccountRules.MaxPassword)]
    public string? Password { get; init; }
}

/// <summary>The e-mail is the account's and the hospital's.</summary>
internal sealed record SignUpHospitalRequest : HospitalFields
{
    /// <summary>The password, at most 128 characters; the shortest that is taken depends on the installation.</summary>
    [MaxLength(NewAccountRules.MaxPassword)]
    public string? Password { get; init; }
}

/// <summary>A patient's account and profile.</summary>
internal sealed record SignUpPatientRequest : PatientFields
{
    /// <summary>The e-mail address with which the account logs in.</summary>
    public string? Email { get; init; }

    /// <summary>The password, at most 128 characters; the shortest that is taken depends on the installation.</summary>
    [MaxLength(NewAccountRules.MaxPassword)]
    public string? Password { get; init; }
}

internal sealed class SignUpDoctorValidator : DoctorFieldsValidator<SignUpDoctorRequest>
{
    public SignUpDoctorValidator(IPasswordPolicy policy)
    {
        RuleFor(r => r.Email).Email();
        RuleFor(r => r.Password).NewPassword(policy, r => r.Email);
        RuleFor(r => r.Name).Text(1, ProfileRules.Name);
    }
}

internal sealed class SignUpHospitalValidator : HospitalFieldsValidator<SignUpHospitalRequest>
{
    public SignUpHospitalValidator(IPasswordPolicy policy)
    {
        RuleFor(r => r.Email).Email();
        RuleFor(r => r.Password).NewPassword(policy, r => r.Email);
        RuleFor(r => r.Name).Text(1, ProfileRules.Name);
    }
}

internal sealed class SignUpPatientValidator : PatientFieldsValidator<SignUpPatientRequest>
{
    public SignUpPatientValidator(IPasswordPolicy policy, TimeProvider clock) : base(clock)
    {
        RuleFor(r => r.Email).Email();
        RuleFor(r => r.Password).NewPassword(policy, r => r.Email);
        RuleFor(r => r.Name).Text(1, ProfileRules.Name);
    }
}

/// <summary>Anyone makes an account of their own with a profile, as a doctor, a hospital or a patient, and is signed in.</summary>
internal sealed class SignUpWithProfile(IProfileAccounts accounts, ConsiliumDb db)
{
    public static void Map(IEndpointRouteBuilder api)
    {
        Map(api, Role.Doctor, (SignUpDoctorRequest request, SignUpWithProfile useCase, CancellationToken cancellationToken) => useCase.HandleAsync(
            new(request.Email!, request.Password!, Role.Doctor, request.Name!), "doctors", (id, now) => Doctor.Create(id, request, now), cancellationToken));
        Map(api, Role.Hospital, (SignUpHospitalRequest request, SignUpWithProfile useCase, CancellationToken cancellationToken) => useCase.HandleAsync(
            new(request.Email!, request.Password!, Role.Hospital, request.Name!), "hospitals", (id, now) => Hospital.Create(id, request, now), cancellationToken));
        Map(api, Role.Patient, (SignUpPatientRequest request, SignUpWithProfile useCase, CancellationToken cancellationToken) => useCase.HandleAsync(
            new(request.Email!, request.Password!, Role.Patient, request.Name!), "patients", (id, now) => Patient.Create(id, id, request, now), cancellationToken));
    }

    static void Map(IEndpointRouteBuilder api, Role role, Delegate handler)
    {
        foreach (var path in (string[])[$"/api/v1/auth/{role.Wire()}/signup", $"/api/v1/auth/{role.Wire()}-signup"])
            api.MapPost(path, handler)
                .WithTags("Accounts").WithSummary($"Sign up as a {role.Wire()}")
                .WithDescription("Makes the account and its profile together, and signs in. The profile has the id of the account.")
                .ProducesProblem(400).ProducesProblem(409).ProducesProblem(503)
                .AllowAnonymous().WithMetadata(new NoIdempotency());
    }

    async Task<Results<Created<LogInResponse>, ProblemHttpResult>> HandleAsync(
        NewAccount account, string profiles, Func<Guid, DateTimeOffset, object> makeProfile, CancellationToken cancellationToken)
    {
        var answer = await accounts.SignUpAsync(account, (id, now) => db.Add(makeProfile(id, now)), cancellationToken);
        return answer is null
            ? Problems.Conflict("email_taken", "There is an account with this e-mail already.")
            : TypedResults.Created($"/api/v1/{profiles}/{answer.UserId}", answer);
    }
}
