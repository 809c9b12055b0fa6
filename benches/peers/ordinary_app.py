"""The ordinary way: Flask, marshmallow, SQLAlchemy's ORM, a row and an outbox row in one commit per request.

It verifies no signature, keeps no hash chain, numbers nothing and decides nothing: everything it leaves out is in its
favour.
"""

import json
import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, request
from marshmallow import EXCLUDE, Schema, fields, validate
from sqlalchemy import DateTime, Integer, LargeBinary, String, create_engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class _Base(DeclarativeBase):
    pass


class Ballot(_Base):
    """One answer."""

    __tablename__ = "ballots"

    entry_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    ballot_id: Mapped[str] = mapped_column(String(36), unique=True)
    device_id: Mapped[str] = mapped_column(String(64), index=True)
    seq: Mapped[int] = mapped_column(Integer)
    score: Mapped[int] = mapped_column(Integer)
    questionnaire: Mapped[str] = mapped_column(String(128))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    raw: Mapped[bytes] = mapped_column(LargeBinary)


class Outbox(_Base):
    """One message on its way out."""

    __tablename__ = "ordinary_outbox"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    topic: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(String)


class _Envelope(Schema):
    class Meta:
        unknown = EXCLUDE

    entry_id = fields.UUID(required=True)
    ballot_id = fields.UUID(required=True)
    device_id = fields.String(required=True, validate=validate.Length(max=64))
    boot_id = fields.String(required=True)
    seq = fields.Integer(required=True, validate=validate.Range(min=1))
    prev = fields.String(required=True, validate=validate.Length(equal=64))
    kind = fields.String(required=True)
    questionnaire = fields.String(required=True)
    score = fields.Integer(required=True, validate=validate.Range(min=1, max=5))
    captured = fields.Dict(required=True)


def create_app() -> Flask:
    """Make the app on the database of BENCH_DATABASE."""
    app = Flask(__name__)
    url = os.environ["BENCH_DATABASE"].replace("postgresql://", "postgresql+psycopg://")  # noqa: TID251 - a program of its own
    engine = create_engine(url, pool_size=16)
    _Base.metadata.create_all(engine)
    schema = _Envelope()

    @app.post("/api/survey/v1/ballots/batch")
    def take() -> Response:
        lines = request.get_data().splitlines()
        results = []
        with Session(engine) as session:
            for line in lines:
                told: dict[str, Any] = schema.load(json.loads(line))
                session.add(_ballot(told, line))
                session.add(_message(told))
                results.append({"entry_id": str(told["entry_id"]), "seq": told["seq"], "verdict": "created"})
            try:
                session.commit()
            except IntegrityError:
                return Response(status=409)
        return app.response_class(json.dumps({"results": results}), content_type="application/json")

    return app


def _ballot(told: dict[str, Any], line: bytes) -> Ballot:
    return Ballot(
        entry_id=str(told["entry_id"]),
        ballot_id=str(told["ballot_id"]),
        device_id=told["device_id"],
        seq=told["seq"],
        score=told["score"],
        questionnaire=told["questionnaire"],
        received_at=datetime.now(UTC),  # noqa: TID251 - a program of its own
        raw=line,
    )


def _message(told: dict[str, Any]) -> Outbox:
    body = {"type": "ballot_cast", "ballot_id": str(told["ballot_id"]), "score": told["score"]}
    return Outbox(topic="survey.ballot.events.v1", key=told["device_id"], body=json.dumps(body))
