"""What every kind of lease has to do. Subclass it with a fixture `engine` of a database with the table of leases."""

import pytest
from sqlalchemy import Engine

from services.chassis.leases import LeaseLost, Leases


class LeaseSuite:
    """The contract of `Leases`."""

    def test_only_one_owner_gets_a_lease(self, engine: Engine) -> None:
        first, second = Leases(engine, owner="first"), Leases(engine, owner="second")
        assert first.acquire("relay") == 1
        assert second.acquire("relay") is None

    def test_a_lease_given_back_goes_to_the_next_with_a_higher_epoch(self, engine: Engine) -> None:
        first, second = Leases(engine, owner="first"), Leases(engine, owner="second")
        first.release("relay", first.acquire("relay") or 0)
        assert second.acquire("relay") == 2

    def test_the_same_owner_takes_its_lease_again_with_a_higher_epoch(self, engine: Engine) -> None:
        leases = Leases(engine, owner="first")
        assert [leases.acquire("relay"), leases.acquire("relay")] == [1, 2]
        assert not leases.renew("relay", 1)

    def test_one_owner_holds_several_leases(self, engine: Engine) -> None:
        leases = Leases(engine, owner="first")
        assert leases.acquire("relay") == 1
        assert leases.acquire("projector") == 1
        leases.release("relay", 1)
        assert leases.renew("projector", 1)

    def test_the_owner_writes_and_renews(self, engine: Engine) -> None:
        leases = Leases(engine, owner="first")
        epoch = leases.acquire("relay")
        assert epoch is not None
        assert leases.renew("relay", epoch)
        with engine.begin() as connection:
            leases.fence(connection, "relay", epoch)

    def test_an_epoch_that_is_over_cannot_write(self, engine: Engine) -> None:
        leases = Leases(engine, owner="first")
        epoch = leases.acquire("relay")
        assert epoch is not None
        leases.acquire("relay")
        with engine.begin() as connection, pytest.raises(LeaseLost):
            leases.fence(connection, "relay", epoch)

    def test_a_former_owner_can_neither_write_nor_renew_nor_release(self, engine: Engine) -> None:
        former, owner = Leases(engine, owner="former"), Leases(engine, owner="owner")
        old = former.acquire("relay") or 0
        former.release("relay", old)
        epoch = owner.acquire("relay") or 0
        assert not former.renew("relay", old)
        former.release("relay", old)
        with engine.begin() as connection, pytest.raises(LeaseLost):
            former.fence(connection, "relay", old)
        assert owner.renew("relay", epoch)
