"""A subscriber of a CCHC stream, in Python's standard library alone. Copy it and change it as you like.

    python subscriber.py https://cchc.example.vn figures.xa-binh-an --token-file token.txt --keep figures.jsonl

It writes each message as one line to the file, goes on where it stopped, and proves at the end of each run that nothing
is missing: it works out the channel's rolling hash by itself and holds it against the one that the product says. The
access token is read from a file at each request, because it is good for ten minutes; whatever renews it writes there.
"""

import argparse
import hashlib
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path


def main() -> int:
    """Read to the end of the channel, then prove that everything is there."""
    given = arguments()
    subscriber = Subscriber(given.url.rstrip("/"), given.channel, given.token_file, given.keep)
    try:
        read = subscriber.catch_up(given.wait)
    except Stale as stale:
        subscriber.give_up_what_is_gone(stale.problem)
        read = subscriber.catch_up(given.wait)
    print(f"{read} new messages, {subscriber.sequence} in all, hash {subscriber.hash}")
    if not subscriber.is_complete():
        print("the hash is not the channel's: something is missing or was changed", file=sys.stderr)
        return 1
    print("complete")
    return 0


class Stale(Exception):
    """Raised when the channel no longer holds what was read: a server was restored from a backup."""

    def __init__(self, problem: dict) -> None:
        """Keep what the product says about how to go on."""
        super().__init__(problem["code"])
        self.problem = problem


class Subscriber:
    """What was read of one channel, and how far that is."""

    def __init__(self, url: str, channel: str, token_file: Path, keep: Path) -> None:
        """Take up what was kept before."""
        self.url, self.channel, self.token_file, self.keep = url, channel, token_file, keep
        self.token, self.sequence, self.hash = "", 0, sha256(channel.encode()).hex()
        for line in keep.read_text("utf-8").splitlines() if keep.exists() else ():
            self._count(json.loads(line))

    def catch_up(self, wait: int) -> int:
        """Read until there is nothing new for `wait` seconds; give how many messages were read."""
        before = self.sequence
        while events := self._get(f"/{self.channel}", after=self.token, wait=wait):
            with self.keep.open("a", encoding="utf-8") as file:
                for event in events:
                    self._count(event)
                    file.write(json.dumps(event, ensure_ascii=False) + "\n")
        return self.sequence - before

    def is_complete(self) -> bool:
        """Hold the hash against the one that the product has at the same place."""
        said = self._get(f"/{self.channel}/completeness", period="2021")["head"]
        return (said["sequence"], said["hash"]) == (self.sequence, self.hash)

    def give_up_what_is_gone(self, problem: dict) -> None:
        """Keep what still stands; where the product cannot say how much that is, begin again."""
        kept = problem["params"].get("kept_through", 0)
        lines = self.keep.read_text("utf-8").splitlines(keepends=True)[:kept]
        self.keep.write_text("".join(lines), "utf-8")
        self.__init__(self.url, self.channel, self.token_file, self.keep)
        self.token = problem["params"].get("after", "")

    def _count(self, event: dict) -> None:
        if int(event["sequence"]) != self.sequence + 1:
            raise SystemExit(f"message {self.sequence + 1} is missing")
        six = {name: event[name] for name in ("data", "id", "source", "subject", "time", "type")}
        digest = sha256(canonical(six).encode())
        self.hash = sha256(bytes.fromhex(self.hash) + digest).hex()
        self.sequence, self.token = self.sequence + 1, event["streamtoken"]

    def _get(self, path: str, **query: object) -> object:
        address = f"{self.url}/streams/v1{path}?{urllib.parse.urlencode(query)}"
        sent = {"Authorization": f"Bearer {self.token_file.read_text('utf-8').strip()}"}
        try:
            with urllib.request.urlopen(urllib.request.Request(address, headers=sent), timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            problem = json.load(refused)
            if problem["code"] == "token_stale":
                raise Stale(problem) from None
            raise SystemExit(f"{problem['code']}: {problem.get('detail', problem['title'])}") from None


def sha256(data: bytes) -> bytes:
    """Hash bytes."""
    return hashlib.sha256(data).digest()


def canonical(value: object) -> str:
    """Write JSON as RFC 8785 does: sorted names, no spaces, and numbers as JavaScript writes them."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url", help="the one door, such as https://cchc.example.vn")
    parser.add_argument("channel", help="such as figures, or figures.xa-binh-an")
    parser.add_argument("--token-file", type=Path, required=True, help="holds an access token")
    parser.add_argument("--keep", type=Path, required=True, help="where messages are kept, one a line")
    parser.add_argument("--wait", type=int, default=0, help="seconds to wait for news")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
