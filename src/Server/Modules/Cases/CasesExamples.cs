using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Cases;

/// <summary>What the API's document shows with this door's bodies.</summary>
[BodyExamples]
internal static class CasesExamples
{
    static readonly Guid CaseId = new("0199c0de-7a00-7000-8000-000000000001");
    static readonly Guid OwnerId = new("0199c0de-7a00-7000-8000-0000000000a1");
    static readonly Guid MessageId = new("0199c0de-7a00-7000-8000-000000000101");
    static readonly DateTimeOffset At = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    static OpenCaseRequest OpenCase => new("The pump's display shows E4 since this morning.", "Pump shows E4", OwnerId: null);

    static AssignCaseRequest AssignCase => new(new Guid("0199c0de-7a00-7000-8000-0000000000b2"));

    static SetAssistantModeRequest SetAssistantMode => new(AssistantMode.Off);

    static CaseResponse Case => new(
        CaseId, OwnerId, "Pump shows E4", "The pump's display shows E4 since this morning.", CaseStatus.Open, AssigneeId: null, At, At.AddMinutes(2),
        ClosedAt: null, LastSeq: 3, At.AddMinutes(2), AssistantMode.On, UnreadCount: 1);

    static PostMessageRequest PostMessage => new("It also beeps. What can I do?", ReplyTo: null, "a7f0-1", AskAssistant: true,
        [new(Attachment.Id, null), new(null, new("manual.pdf", "https://example.com/pump/manual.pdf"))]);

    static EditMessageRequest EditMessage => new("It also beeps every minute. What can I do?");

    static MarkReadRequest MarkRead => new(3);

    static Attachment Attachment => new(
        new("0199c0de-7a00-7000-8000-000000000301"), "display.jpg", "image/jpeg", 48_213, 1200, 1600, PageCount: null,
        "/api/v1/files/0199c0de-7a00-7000-8000-000000000301", "/api/v1/files/0199c0de-7a00-7000-8000-000000000301/thumbnail", AttachmentStatus.Clean, Reason: null, At.AddMinutes(1));

    static MessageResponse Message => new(
        MessageId, 2, CaseId, OwnerId, SenderRole.User, "User", "It also beeps. What can I do?", At.AddMinutes(2), EditedAt: null, Retracted: false, ReplyTo: null, [Attachment],
        RunId: new("0199c0de-7a00-7000-8000-000000000201"), Ai: null);

    static MessageVersion Version => new(1, "It also beeps. What can I do?", At.AddMinutes(4));
}
