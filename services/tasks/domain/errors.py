"""What the tasks service refuses, by name.

NotFound
├── UnknownPlan · UnknownTask · UnknownExtension · UnknownEvidence
└── UnknownReportDuty · UnknownReport · UnknownNotice
NotAllowed
└── TaskOfAnotherUnit · DutyOfAnotherUnit
StateConflict
├── TaskExists · PlanExists · PeriodExists · EvidenceExists · ReportExists
├── NotAwaitingAcceptance · NotInHand · NotReported · NotEnded · TaskHasEnded · PartsOpen · HasParts
├── OwnReport · OwnRequest · ExtensionPending · ExtensionDecidedAlready · NoDeadline
└── DutyNotOpen · ReportNotOpen
RuleBroken
├── DeadlineInPast · DeadlineUnclear · ExtensionNotLater · DecisionOutOfRange
├── UnknownDuty · DutiesUnclear · PartsUnclear · DischargesUnclear · TimeNotCome
└── FileRefused
"""

from services.chassis.domain import NotAllowed, NotFound, RuleBroken, StateConflict


class UnknownPlan(NotFound):
    """Raised when no plan has that id."""

    code = "unknown_plan"
    title = "Không có kế hoạch này"


class UnknownTask(NotFound):
    """Raised when no task has that id."""

    code = "unknown_task"
    title = "Không có nhiệm vụ này"


class UnknownExtension(NotFound):
    """Raised when a task has no request for a later deadline of that number."""

    code = "unknown_extension"
    title = "Không có đề nghị gia hạn này"


class UnknownEvidence(NotFound):
    """Raised when a task has no file of that id."""

    code = "unknown_evidence"
    title = "Không có tệp minh chứng này"


class UnknownReportDuty(NotFound):
    """Raised when no report is owed under that id."""

    code = "unknown_report_duty"
    title = "Không có kỳ báo cáo này"


class UnknownReport(NotFound):
    """Raised when no report has that id."""

    code = "unknown_report"
    title = "Không có báo cáo này"


class UnknownNotice(NotFound):
    """Raised when no notice has that id."""

    code = "unknown_notice"
    title = "Không có lời nhắc này"


class TaskOfAnotherUnit(NotAllowed):
    """Raised when a unit acts on a task that was given to another one."""

    code = "task_of_another_unit"
    title = "Nhiệm vụ này giao cho đơn vị khác"


class DutyOfAnotherUnit(NotAllowed):
    """Raised when a unit reports on what another one owes."""

    code = "duty_of_another_unit"
    title = "Báo cáo này thuộc trách nhiệm của đơn vị khác"


class TaskExists(StateConflict):
    """Raised when another task stands under that id already."""

    code = "task_exists"
    title = "Mã nhiệm vụ này đã được dùng"


class PlanExists(StateConflict):
    """Raised when a plan of that number and year is there already and says something else."""

    code = "plan_exists"
    title = "Kế hoạch số này đã được ghi nhận với nội dung khác"


class PeriodExists(StateConflict):
    """Raised when the reports of a period were opened before with other days."""

    code = "period_exists"
    title = "Kỳ báo cáo này đã được mở"


class EvidenceExists(StateConflict):
    """Raised when other evidence stands under that id already."""

    code = "evidence_exists"
    title = "Mã minh chứng này đã được dùng"


class ReportExists(StateConflict):
    """Raised when another report stands under that id already."""

    code = "report_exists"
    title = "Mã báo cáo này đã được dùng"


class NotAwaitingAcceptance(StateConflict):
    """Raised when a unit accepts or refuses a task that does not wait for its answer."""

    code = "task_not_awaiting_acceptance"
    title = "Nhiệm vụ không ở trạng thái chờ tiếp nhận"


class NotInHand(StateConflict):
    """Raised when a unit works on a task that it has not accepted, has split, or has reported complete."""

    code = "task_not_in_hand"
    title = "Nhiệm vụ không ở trạng thái đang thực hiện"


class NotReported(StateConflict):
    """Raised when a completion is checked that nobody has reported."""

    code = "task_not_reported"
    title = "Nhiệm vụ chưa được báo cáo hoàn thành"


class NotEnded(StateConflict):
    """Raised when a task that goes on would be reopened."""

    code = "task_not_ended"
    title = "Nhiệm vụ chưa kết thúc nên không thể mở lại"


class TaskHasEnded(StateConflict):
    """Raised when a task that is completed or cancelled would be changed."""

    code = "task_has_ended"
    title = "Nhiệm vụ đã kết thúc"


class PartsOpen(StateConflict):
    """Raised when a split task would be reported complete while a part of it is not completed."""

    code = "task_parts_open"
    title = "Còn phần việc chưa hoàn thành"


class HasParts(StateConflict):
    """Raised when a task that its parts completed would be reopened itself: reopen the part."""

    code = "task_has_parts"
    title = "Nhiệm vụ hoàn thành theo các phần việc: hãy mở lại phần việc"


class OwnReport(StateConflict):
    """Raised when somebody would accept what they reported themselves."""

    code = "own_report"
    title = "Người báo cáo không được tự nghiệm thu"


class OwnRequest(StateConflict):
    """Raised when somebody would decide about an extension that they asked for themselves."""

    code = "own_request"
    title = "Người đề nghị không được tự quyết định gia hạn"


class ExtensionPending(StateConflict):
    """Raised when an extension is asked for while another request waits."""

    code = "extension_pending"
    title = "Đang có đề nghị gia hạn chờ quyết định"


class ExtensionDecidedAlready(StateConflict):
    """Raised when a request that was decided would be decided otherwise."""

    code = "extension_decided"
    title = "Đề nghị gia hạn này đã được quyết định"


class NoDeadline(StateConflict):
    """Raised when an extension is asked for a task that has no deadline."""

    code = "task_without_deadline"
    title = "Nhiệm vụ không có thời hạn để gia hạn"


class DutyNotOpen(StateConflict):
    """Raised when a report is sent for a duty that has one already, or that has not begun."""

    code = "report_duty_not_open"
    title = "Kỳ báo cáo này không chờ báo cáo"


class ReportNotOpen(StateConflict):
    """Raised when a report that was returned or approved would be decided otherwise."""

    code = "report_not_open"
    title = "Báo cáo này đã được xử lý"


class DeadlineInPast(RuleBroken):
    """Raised when a deadline lies before today."""

    code = "deadline_in_past"
    title = "Thời hạn đã qua"


class DeadlineUnclear(RuleBroken):
    """Raised when a task is given no deadline and no cadence, or both a day and a number of days."""

    code = "deadline_unclear"
    title = "Cần nêu một thời hạn hoặc định kỳ"


class ExtensionNotLater(RuleBroken):
    """Raised when an extension would not be later than the deadline that holds."""

    code = "extension_not_later"
    title = "Thời hạn mới phải sau thời hạn hiện tại"


class DecisionOutOfRange(RuleBroken):
    """Raised when an extension granted in part is not between the deadline that holds and the day asked for."""

    code = "extension_decision_out_of_range"
    title = "Thời hạn được duyệt phải nằm giữa thời hạn hiện tại và thời hạn đề nghị"


class UnknownDuty(RuleBroken):
    """Raised when a plan states no duty of that code."""

    code = "unknown_duty"
    title = "Kế hoạch không có nhiệm vụ mang mã này"


class DutiesUnclear(RuleBroken):
    """Raised when a plan states two duties under one code, or names a leading unit twice."""

    code = "duties_unclear"
    title = "Mã nhiệm vụ hoặc đơn vị chủ trì bị trùng"


class TimeNotCome(RuleBroken):
    """Raised when a schedule would run for a time that has not come."""

    code = "time_not_come"
    title = "Thời điểm này chưa tới"


class PartsUnclear(RuleBroken):
    """Raised when a task would be split into no parts, or twice into the same one."""

    code = "parts_unclear"
    title = "Các phần việc trống hoặc trùng nhau"


class DischargesUnclear(RuleBroken):
    """Raised when a report discharges nothing, or the same duty twice."""

    code = "discharges_unclear"
    title = "Báo cáo chưa nêu rõ thuộc kỳ báo cáo nào"


class FileRefused(RuleBroken):
    """Raised when a file is empty, or its content is not PDF, PNG, JPEG, DOCX or XLSX."""

    code = "file_refused"
    title = "Tệp không đọc được hoặc không thuộc loại được nhận"
