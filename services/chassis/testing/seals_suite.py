"""What seals promise on every database. A subclass gives `engine` (a store's) and `seals_engine` (another database's)."""

import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import Engine, event

from services.chassis.clock import monotonic
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from services.chassis.ids import new_id
from services.chassis.seals import Ledger, Sealer, Seals, create_seals, verify
from services.chassis.testing.requests import a_message, a_request, a_stream


class SealsSuite:
    """Rules of seals, told one by one."""

    @pytest.fixture
    def store(self, engine: Engine) -> Iterator[EventStore]:
        store = open_event_store(engine)
        for nth in range(5):
            messages = (a_message(f"k{nth % 2}"), a_message("k", topic="things.thing.state.v1"))
            store.append(a_request(a_stream(), messages=messages))
        yield store
        store.close()

    @pytest.fixture
    def seals(self, seals_engine: Engine) -> Seals:
        with seals_engine.begin() as connection:
            create_seals(connection)
        return Seals(seals_engine, store_name="things")

    def found(self, store: EventStore, seals: Seals) -> list[tuple[str, int, str]]:
        """Verify, and give what was found."""
        return [(problem.ledger, problem.position, problem.what) for problem in verify(store, seals).found]

    def change(self, engine: Engine, statement: str) -> None:
        """Do to the store's tables what nobody should."""
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)

    def test_an_untouched_store_is_as_it_was_sealed(self, store: EventStore, seals: Seals) -> None:
        assert Sealer(store, seals).run_once() == 15
        report = verify(store, seals)
        assert (report.found, report.checked, report.not_sealed_yet) == ((), 15, 0)

    def test_what_no_seal_covers_yet_is_told(self, store: EventStore, seals: Seals) -> None:
        Sealer(store, seals).run_once()
        store.append(a_request(a_stream(), messages=(a_message("k1"),)))
        report = verify(store, seals)
        assert (report.found, report.checked, report.not_sealed_yet) == ((), 17, 2)

    def test_seals_are_chained(self, store: EventStore, seals: Seals) -> None:
        sealer = Sealer(store, seals)
        sealer.run_once()
        head = seals.last(Ledger.FACTS)
        store.append(a_request(a_stream()))
        assert sealer.run_once() == 1
        last = seals.last(Ledger.FACTS)
        assert head is not None
        assert last is not None
        assert (last.nth, last.first_position, last.last_position) == (2, 6, 6)
        assert last.chain != head.chain
        assert self.found(store, seals) == []

    def test_seals_are_not_asked_while_nothing_is_committed(
        self, store: EventStore, seals: Seals, seals_engine: Engine
    ) -> None:
        sealer, asked = Sealer(store, seals), []
        sealer.run_once()
        event.listen(seals_engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
        assert sealer.run_once() == 0
        assert asked == []
        store.append(a_request(a_stream()))
        assert sealer.run_once() == 1
        assert asked != []

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("stream", "'other'"),
            ("version", "7"),
            ("type", "'things.thing_lost.v1'"),
            ("data", "CAST('{\"kept\":trve}' AS {blob})"),
            ("metadata", "CAST('[]' AS {blob})"),
            ("command_id", "{id}"),
            ("command_hash", "CAST('another' AS {blob})"),
            ("result", "CAST('another' AS {blob})"),
        ],
    )
    def test_a_changed_fact_is_found(
        self, engine: Engine, store: EventStore, seals: Seals, column: str, value: str
    ) -> None:
        Sealer(store, seals).run_once()
        blob = "BLOB" if engine.dialect.name == "sqlite" else "bytea"
        an_id = "zeroblob(16)" if blob == "BLOB" else f"'{UUID(int=0)}'"
        new_value = value.replace("{blob}", blob).replace("{id}", an_id)
        self.change(engine, f"UPDATE events SET {column} = {new_value} WHERE position = 3")
        assert self.found(store, seals) == [(Ledger.FACTS, 1, "a sealed row was changed")]

    def test_a_fact_taken_out_is_found(self, engine: Engine, store: EventStore, seals: Seals) -> None:
        Sealer(store, seals).run_once()
        self.change(engine, "DELETE FROM events WHERE position = 3")
        assert self.found(store, seals) == [(Ledger.FACTS, 3, "a row is missing")]

    def test_the_last_sealed_fact_taken_out_is_found(self, engine: Engine, store: EventStore, seals: Seals) -> None:
        Sealer(store, seals).run_once()
        self.change(engine, "DELETE FROM events WHERE position = 5")
        assert self.found(store, seals) == [(Ledger.FACTS, 5, "a row is missing")]

    def test_a_message_sent_under_another_number_is_found(
        self, engine: Engine, store: EventStore, seals: Seals
    ) -> None:
        self.change(engine, "UPDATE outbox SET number = 9 WHERE position = 10")
        assert self.found(store, seals) == [
            (Ledger.OUTBOX, 10, "its number does not follow the one before"),
            (Ledger.OUTBOX, 10, "its body carries another number"),
        ]

    def test_a_message_taken_off_the_end_is_found(self, engine: Engine, store: EventStore, seals: Seals) -> None:
        self.change(engine, "DELETE FROM outbox WHERE position = 10")
        ((ledger, _, what),) = self.found(store, seals)
        assert (ledger, what.endswith("ends before its number 5")) == (Ledger.OUTBOX, True)

    def test_a_forged_seal_breaks_the_chain(self, seals_engine: Engine, store: EventStore, seals: Seals) -> None:
        sealer = Sealer(store, seals)
        sealer.run_once()
        store.append(a_request(a_stream()))
        sealer.run_once()
        self.change(seals_engine, "UPDATE seals SET digest = chain WHERE ledger = 'facts' AND nth = 1")
        whats = [what for _, _, what in self.found(store, seals)]
        assert whats == ["the chain of seals is broken", "a sealed row was changed"]

    def test_a_restore_lets_go_of_the_seals_beyond_it_and_keeps_the_others(
        self, engine: Engine, store: EventStore, seals: Seals
    ) -> None:
        sealer = Sealer(store, seals)
        sealer.run_once()
        store.append(a_request(a_stream()))
        sealer.run_once()
        self.change(engine, "DELETE FROM events WHERE position = 6")
        assert self.found(store, seals)
        assert seals.keep_through(Ledger.FACTS, 5) == 1
        assert (self.found(store, seals), verify(store, seals).not_sealed_yet) == ([], 0)
        self.change(engine, "UPDATE events SET stream = 'other' WHERE position = 5")
        assert self.found(store, seals)

    def test_two_sealers_do_not_harm_each_other(self, store: EventStore, seals: Seals) -> None:
        sealers = [Sealer(store, seals) for _ in range(4)]
        threads = [threading.Thread(target=sealer.run_once) for sealer in sealers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert self.found(store, seals) == []
        assert len(seals.all(Ledger.FACTS)) == 1

    def test_a_commit_is_sealed_within_a_second(self, store: EventStore, seals: Seals) -> None:
        stop = threading.Event()
        running = threading.Thread(target=Sealer(store, seals).run, args=(stop,))
        running.start()
        committed = store.append(a_request(a_stream(), command_id=new_id())).position
        started = monotonic()
        while (last := seals.last(Ledger.FACTS)) is None or last.last_position < committed:
            assert monotonic() - started < 1
        stop.set()
        running.join()
