"""What the bench has found, as docs/reliability.md shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from faults.bench import Verdict

WORDS = ("survived", "told", "untold")

OTHERS = {
    "test_interrupts.py": "signals at every stage of a verb, against docker's exit code and what is left of containers",
    "test_nonsense.py": "servers that are no engine, each asked by every verb",
    "test_terminal_restored.py": "`-it` over a connection that breaks: the terminal is as it was before",
}
"""What else is tried, and where."""

INTRODUCTION = """\
# When things go wrong

This page is written by a run of the fault bench (`scripts/reliability`, the tests marked `faults`), never by hand. The
bench runs rawdocker, and docker beside it, against a real engine through a proxy that breaks one kind of answer, and
looks at what comes of it:

- **survived**: the exit code, the output and the files are, byte for byte, those of an undisturbed docker;
- **told**: a message, and docker's exit code where docker notices the fault as well; never 0. Nothing half-written, no
  temporary file, and what was in a file's place before is still there;
- **untold**: an answer that changes the protocol (attach, exec) has no length, so that a connection which is closed
  between two frames, with no error, looks like the end. Nobody can tell, and docker does not either: its exit code is
  the same.

In all of them: an end within 20 seconds, no traceback, no request that changes something sent twice, no container left
that docker would not leave as well, and none of `--rm`.
"""


class Reliability:
    """Counts verdicts."""

    def __init__(self) -> None:
        self._words: Counter[tuple[str, str, str]] = Counter()
        self._bytes: Counter[str] = Counter()
        self.engine: list[tuple[str, int]] = []
        """Verbs that were under way when the engine was killed, and their exit codes."""

    def add(self, fault: str, verb: str, verdict: Verdict) -> None:
        """Count a fault that befell a verb."""
        self._words[fault, verb, verdict.word] += 1
        self._bytes[fault] += verdict.checked

    def __bool__(self) -> bool:
        return bool(self._words)

    def page(self, passed: Sequence[str]) -> str:
        """Return the page; passed: the names of the tests that have."""
        faults = list(dict.fromkeys(fault for fault, _, _ in self._words))
        verbs = list(dict.fromkeys(verb.partition(":")[0] for _, verb, _ in self._words))
        return "\n".join(
            [
                INTRODUCTION,
                "## By fault\n",
                *_table(("fault", "tried", *WORDS, "bytes compared"), (self._by_fault(fault) for fault in faults)),
                "\n## By verb\n",
                *_table(("verb", "faults tried", *WORDS), (self._by_verb(verb) for verb in sorted(verbs))),
                "\n## An engine that is killed\n",
                "Verbs that were under way when their engine got SIGKILL, all at once, and how they ended: within",
                "10 seconds, with docker's exit code where docker's ended at all, and no file half-written. The engine",
                "is started again then, and a client that was open all the time goes on with its next call.\n",
                *_table(("verb", "exit code"), ((f"`{verb}`", code) for verb, code in self.engine)),
                "\n## Besides\n",
                *_table(("what", "tests passed"), self._others(passed)),
                "",
            ]
        )

    def _others(self, passed: Sequence[str]) -> Iterator[tuple[object, ...]]:
        for file, what in OTHERS.items():
            yield what, sum(f"/{file}::" in name for name in passed)

    def _by_fault(self, fault: str) -> tuple[object, ...]:
        counts = self._counts((word, count) for (one, _, word), count in self._words.items() if one == fault)
        return (fault, *counts, f"{self._bytes[fault]:,}")

    def _by_verb(self, verb: str) -> tuple[object, ...]:
        chosen = ((word, count) for (_, one, word), count in self._words.items() if one.partition(":")[0] == verb)
        return (f"`{verb}`", *self._counts(chosen))

    def _counts(self, found: Iterable[tuple[str, int]]) -> tuple[int, ...]:
        counts: Counter[str] = Counter()
        for word, count in found:
            counts[word] += count
        return (counts.total(), *(counts[word] for word in WORDS))


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(map(str, row))} |"
