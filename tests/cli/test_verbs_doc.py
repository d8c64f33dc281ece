"""docs/verbs.md is what the tables say."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

from live.exports import ASKING_REGISTRIES, WITHOUT_CALLS

from rawdocker_cli.flags import index

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "generate_verbs_doc.py"


def _script() -> Any:
    spec = importlib.util.spec_from_file_location("generate_verbs_doc", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate_verbs_doc"] = module
    spec.loader.exec_module(module)
    return module


doc = _script()


def test_the_page_of_the_verbs_is_fresh() -> None:
    assert doc.PAGE.read_text(encoding="utf-8") == doc.page(), "run scripts/generate_verbs_doc.py"


def test_the_page_has_every_verb_and_every_flag_that_help_shows() -> None:
    sections = dict(part.split("\n", 1) for part in doc.page().split("\n### ")[1:])
    assert set(sections) == {verb.name for verb in index.all_verbs()}
    for verb in index.all_verbs():
        for flag in verb.flags:
            assert flag.hidden or f"--{flag.name}" in sections[verb.name]
        for call in verb.calls:
            assert f"- `{call}`" in sections[verb.name]


def test_every_verb_that_a_dry_run_knows_is_shown_as_curl_makes_it() -> None:
    sections = dict(part.split("\n", 1) for part in doc.page().split("\n### ")[1:])
    shown = {name for name, section in sections.items() if " as curl makes it:" in section}
    assert shown == set(sections) - WITHOUT_CALLS - ASKING_REGISTRIES - {"api"}
