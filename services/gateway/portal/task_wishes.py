"""What may be done about a task: one row per form, named as the tasks service names its path."""

from services.gateway.portal.wishes import Field, Wish

FILES = "files"
"""The one form that takes a file along."""

WISHES: tuple[Wish, ...] = (
    Wish(name="acceptance", main=True),
    Wish(name="completion", main=True, fields=(Field(name="note", required=False),)),
    Wish(
        name="completion-acceptance",
        main=True,
        for_unit=False,
        fields=(Field(name="note", required=False),),
    ),
    Wish(name="completion-return", for_unit=False, fields=(Field(name="reason"),)),
    Wish(
        name="extension-decisions",
        for_unit=False,
        fields=(
            Field(name="n", kind="number"),
            Field(name="decision", kind="choice", choices=("approve", "approve_in_part", "refuse")),
            Field(name="due_on", kind="day", required=False),
            Field(name="reason", required=False),
        ),
    ),
    Wish(name="progress", fields=(Field(name="percent", kind="number"), Field(name="note", required=False))),
    Wish(
        name="evidence",
        fields=(
            Field(name="title", kind="line"),
            Field(name="number", kind="line"),
            Field(name="dated", kind="day"),
            Field(name="signer", kind="line", required=False),
        ),
    ),
    Wish(name=FILES, fields=(Field(name="file", kind="file"), Field(name="title", kind="line", required=False))),
    Wish(name="extensions", fields=(Field(name="new_due_on", kind="day"), Field(name="reason"))),
    Wish(
        name="split",
        parts=True,
        fields=(Field(name="roll_up", kind="choice", choices=("all_parts", "by_unit")),),
    ),
    Wish(name="refusal", fields=(Field(name="reason"),)),
    Wish(name="reopening", for_unit=False, fields=(Field(name="reason"),)),
    Wish(name="cancellation", for_unit=False, grave=True, fields=(Field(name="reason"),)),
)
"""In the order in which they stand on the page."""

BY_NAME = {wish.name: wish for wish in WISHES}
