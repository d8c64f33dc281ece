"""Many at once: nothing is lost, order is kept, nothing leaks. scripts/load takes larger numbers."""

from __future__ import annotations

import load
import pytest

pytestmark = pytest.mark.live

MOST_GROWTH = 40.0
"""MiB that a load may leave behind: what the allocator keeps, nothing that would grow with the load."""


def nothing_is_lost(row: load.Row) -> None:
    assert (row.came, row.descriptors) == (row.wanted, 0), row
    assert row.growth < MOST_GROWTH, row


def test_runs_at_once_by_one_client(engine_host: str) -> None:
    nothing_is_lost(load.runs(engine_host, 20))


def test_processes_at_once(engine_host: str, own_name: str) -> None:
    nothing_is_lost(load.processes(engine_host, 50, own_name))


def test_followers_of_one_log(engine_host: str, own_name: str) -> None:
    nothing_is_lost(load.followers(engine_host, 200, 100, own_name))


def test_events_of_a_stream(engine_host: str) -> None:
    nothing_is_lost(load.simulated_events(200_000))


def test_events_of_the_engine(engine_host: str, own_name: str) -> None:
    nothing_is_lost(load.real_events(engine_host, 50, own_name))
