import os
import threading

from services.chassis.ids import new_id


def test_ids_are_random_and_never_come_twice():
    ids = [new_id() for _ in range(5_000)]
    assert len(set(ids)) == 5_000
    assert {one.version for one in ids} == {4}


def test_threads_do_not_share_bytes():
    found = []
    threads = [threading.Thread(target=lambda: found.extend(new_id() for _ in range(200))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1_600


def test_a_forked_child_does_not_repeat_its_parent():
    new_id()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"".join(new_id().bytes for _ in range(40)))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 640)
    ours = b"".join(new_id().bytes for _ in range(40))
    assert len(theirs) == 640
    assert not {theirs[at : at + 16] for at in range(0, 640, 16)} & {ours[at : at + 16] for at in range(0, 640, 16)}
