"""What dossier intake refuses, by name.

NotFound
└── UnknownDossierBatch
StateConflict
└── DossierBatchDiffers
RuleBroken
└── TotalsDiffer · CsvInvalid
"""

from services.chassis.domain import NotFound, RuleBroken, StateConflict


class UnknownDossierBatch(NotFound):
    """Raised when no batch of dossiers was taken under that id."""

    code = "unknown_dossier_batch"
    title = "Không có lô hồ sơ này"


class DossierBatchDiffers(StateConflict):
    """Raised when a batch is sent again under its id with another content; what changed goes into a new batch."""

    code = "dossier_batch_differs"
    title = "Mã lô này đã được dùng cho nội dung khác"


class TotalsDiffer(RuleBroken):
    """Raised when a batch does not hold what its control totals say; nothing of it is taken. `rejected` names bad rows."""

    code = "totals_differ"
    title = "Số tổng kiểm soát không khớp với các dòng trong lô"


class CsvInvalid(RuleBroken):
    """Raised when a CSV file is not UTF-8, or its columns are not those of the template; `columns` names them."""

    code = "csv_invalid"
    title = "Tệp CSV không đúng mẫu"
